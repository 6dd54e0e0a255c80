"""What the worker processes are asked to do: functions at the top of a module, that pickle by name."""

from __future__ import annotations

from extractors.article import extract_page
from extractors.model import Extracted, Page, Rejected


def page_job(page: Page) -> Extracted | Rejected:
    """One page read to the end. Never raises for what is in the page."""
    return extract_page(page)
