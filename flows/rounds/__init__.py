"""One round of monitoring: the plain functions, with no Prefect in them."""
