"""The health of the pipeline in words: for a screen, a page, a monitoring system, and whoever is to be told."""
