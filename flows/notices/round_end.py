"""At the end of a round: look, remember, tell, and remember that it was told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from extractors.urls import hash64
from flows.notices.conditions import Condition, conditions, round_conditions
from flows.notices.ledger import Entry, Ledger, told, updated
from flows.notices.message import message_of
from flows.notices.sending import Sender, scheme, send_by_apprise, sent
from flows.notices.settings import Kind, NoticeSettings
from storage.errors import StorageError
from storage.health import status_report

log = logging.getLogger(__name__)


def tell_notices(
    settings: NoticeSettings,
    database: Path,
    published: Path,
    failure: str | None,
    now: datetime,
    send: Sender = send_by_apprise,
) -> int:
    """Tell whom the config names what has begun and what is over since the last round; how many messages went.

    Never raises for what a service, a disk or a database does: what could not be told is said in a line, and told
    after the next round.
    """
    if not settings.urls:
        return 0
    found, judged = _look(settings, database, published, failure, now)
    targets = {target_of(url): url for url in settings.urls}
    try:
        with Ledger.beside(database).opened() as (entries, write):
            wanted = [entry for entry in entries if entry.kind in settings.kinds]
            entries = updated(wanted, found, list(targets), judged, now)
            write(entries)
            took = _send(entries, targets, settings.timeout_s, send)
            if took:
                write([told(e, now) if e.is_due and e.target in took else e for e in entries])
            return len(took)
    except (OSError, StorageError) as error:
        log.warning("notices: not remembered, and so not sent: %s", error)
        return 0


def target_of(url: str) -> str:
    """A name for an address that does not give it away."""
    return f"{hash64(url) & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def _look(
    settings: NoticeSettings, database: Path, published: Path, failure: str | None, now: datetime
) -> tuple[tuple[Condition, ...], frozenset[Kind]]:
    """What is wrong, and of which kinds that could be judged."""
    try:
        found, judged = conditions(status_report(database, published), failure, now), settings.kinds
    except (StorageError, OSError) as error:
        log.warning("notices: the state of things can't be read: %s", error)
        found, judged = tuple(round_conditions(failure, now)), settings.kinds & {"round_failed"}
    return found, judged


def _send(
    entries: Sequence[Entry], targets: dict[str, str], timeout_s: float, send: Sender
) -> frozenset[str]:
    """The targets that took what was due for them."""
    messages = {}
    for target, url in targets.items():
        due = [entry for entry in entries if entry.target == target and entry.is_due]
        if due:
            messages[url] = message_of(due)
    if not messages:
        return frozenset()
    took = sent(messages, timeout_s, send)
    for url in messages.keys() - took:
        log.warning("notices: %s did not take them; tried again after the next round", scheme(url))
    return frozenset(target for target, url in targets.items() if url in took)
