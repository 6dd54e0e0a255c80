"""How the pipeline is doing, as far as the published copy and the spool tell.

The live file is not opened, so that whoever looks disturbs no round and waits for none. "Now" is the last poll that
the copy knows of, as in its views: a copy looked at tomorrow says the same.
"""

from storage.health.records import (
    Disk,
    FailingFeed,
    GapLine,
    QuietSource,
    RunLine,
    SourceHealth,
    StatusReport,
    TemplateChange,
)
from storage.health.report import status_report
from storage.health.sources import sources_health
from storage.health.spooled import spooled

__all__ = [
    "Disk",
    "FailingFeed",
    "GapLine",
    "QuietSource",
    "RunLine",
    "SourceHealth",
    "StatusReport",
    "TemplateChange",
    "sources_health",
    "spooled",
    "status_report",
]
