"""WARC files (ISO 28500): the pages in them. The only place that reads with fastwarc."""

from extractors.warc.pages import Census, WarcPage, read_pages

__all__ = ["Census", "WarcPage", "read_pages"]
