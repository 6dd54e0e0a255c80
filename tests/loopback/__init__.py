"""A real web on loopback for tests: sites on addresses of their own, which answer as they are told and note it."""
