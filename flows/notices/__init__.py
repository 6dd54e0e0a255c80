"""Notices: what has gone wrong is told once, to whom the config says, and once more when it is over."""
