"""A small news web to try the whole job on: three invented papers, served on loopback by the command itself.

`articles/` has what they report, `papers` reads it, `pages` and `syndication` set it in type with the furniture
of real sites, `server` speaks HTTP, and `web` puts the three on the air and moves their news on.
"""

from flows.demo.server import Hit
from flows.demo.web import DemoWeb, Traffic

__all__ = ["DemoWeb", "Hit", "Traffic"]
