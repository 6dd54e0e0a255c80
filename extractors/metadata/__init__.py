"""Facts of a page from what it says of itself: `facts.read_facts`, or `collection.collect` and `decisions.decide` one
after the other. Nothing is imported here: who reads a date needs no parser of pages."""
