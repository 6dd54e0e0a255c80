"""The records that travel: one frozen dataclass for each stage of an article's way.

Times are aware ``datetime``; identities are signed 64-bit integers (`extractors.urls.identity`), so that
the database can join on them. Nothing here imports anything else of the project.
"""

from __future__ import annotations

from extractors.model.articles import ArticleVersion, Fingerprint, Mention, Provenance, Rematch
from extractors.model.facts import Fact, Facts, Moment, Offset, Precision
from extractors.model.feeds import Entry, Feed, FeedCondition, FeedState, Gap, Skipped
from extractors.model.lines import Line, Memory, Sighting
from extractors.model.links import KnownLink, Link, LinkState
from extractors.model.outcomes import GOOD, Outcome, Stage, Status
from extractors.model.pages import Extracted, KeptPage, Page, Rejected, Removed, Stripped
from extractors.model.runs import Plan, Record, Run
from extractors.model.settings import ArchiveSettings, ExtractSettings, FetchSettings, Source, Watchlist
from extractors.model.web import Request, Response, RobotsRecord, Validators

__all__ = [
    "GOOD", "ArchiveSettings", "ArticleVersion", "Entry", "ExtractSettings", "Extracted", "Fact", "Facts",
    "Feed", "FeedCondition", "FeedState", "FetchSettings", "Fingerprint", "Gap", "KeptPage", "KnownLink",
    "Line", "Link", "LinkState", "Memory", "Mention", "Moment", "Offset", "Outcome", "Page", "Plan",
    "Precision", "Provenance", "Record", "Rejected", "Rematch", "Removed", "Request", "Response",
    "RobotsRecord", "Run", "Sighting", "Skipped", "Source", "Stage", "Status", "Stripped", "Validators",
    "Watchlist",
]  # fmt: skip
