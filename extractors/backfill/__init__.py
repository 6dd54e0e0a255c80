"""Older articles: where their addresses come from, and which of them are fetched. The stages are a round's."""
