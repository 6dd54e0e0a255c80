"""A hostile news web: sites that misbehave, each with what must be recorded of it, and healthy ones among them."""
