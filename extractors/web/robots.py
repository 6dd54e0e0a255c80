"""robots.txt (RFC 9309): what a site allows us, and for how long that is believed. Pure: fetching is elsewhere.

protego reads the rules. Before it does, `_own_group` takes out the one group that is meant for us: protego applies
each rule to each agent of a group, so that 500 KB with 16,000 agents and 16,000 rules would be 268 million rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from extractors.errors import (
    BadRedirect,
    DecodeFailed,
    Http3xx,
    Http4xx,
    Http5xx,
    ProtocolBroken,
    SourceError,
    TimedOut,
)
from extractors.model import RobotsRecord
from extractors.web.dialling import UnreachableInTime

MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: at least this much is read; the rest is cut off
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2: after five it counts as not there
# The longest that Bing's documentation offers. A longer one would be a ban, which robots.txt has another word for.
MAX_CRAWL_DELAY_S = 30.0
KEPT_FOR = timedelta(days=1)  # RFC 9309, 2.4
FAILED_FOR = timedelta(hours=1)  # 5xx or no answer: forbidden until somebody looks again
BROKEN_FOR = timedelta(minutes=10)  # a connection that broke, twice: mostly a restart

_AGENT_LINE = re.compile(r"user[- ]?agent\s*(?::|\s)\s*(.*)", re.IGNORECASE)
_SITE_LINE = re.compile(r"(?:site-?maps?|host)\s*(?::|\s)", re.IGNORECASE)
_RULE_LINE = re.compile(r"(?:allow|dis+al+[ow]+|diasllow|disallaw|crawl|request|visit)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows us. `parsed` None: all or nothing, as `otherwise` says.

    `until`: when these rules cease to be believed. `failed`: they stand for a robots.txt that could not be had.
    """

    until: datetime
    otherwise: bool = True
    failed: bool = False
    crawl_delay_s: float = 0.0
    parsed: Protego | None = None

    def allow(self, url: str) -> bool:
        """Whether the page at `url`, of this origin, may be fetched."""
        return self.otherwise if self.parsed is None else self.parsed.can_fetch(url, "*")


def product_token(user_agent: str) -> str:
    """The name that robots.txt knows us by: the first word of the User-Agent, less its version."""
    found = re.match(r"[^\s/(;,]+", user_agent.strip())
    return found[0].lower() if found else "*"


def read_rules(record: RobotsRecord, agent: str) -> Rules:
    """The rules of a cached robots.txt: 2xx as written, 3xx and 4xx allow all, the others forbid all for now."""
    if 300 <= record.http_status < 500:
        return Rules(record.expires_at)
    if not 200 <= record.http_status < 300:
        return Rules(record.expires_at, otherwise=False, failed=True)
    parsed = Protego.parse("\n".join(_own_group(record.body, agent)))
    delay_s = parsed.crawl_delay("*") or 0.0
    return Rules(record.expires_at, crawl_delay_s=min(delay_s, MAX_CRAWL_DELAY_S), parsed=parsed)


def answered_record(origin: str, http_status: int, body: bytes, now: datetime) -> RobotsRecord:
    """The record of a robots.txt that was had: UTF-8, whatever it says of itself; BOM off; 500 KiB of it."""
    text = body[:MAX_BYTES].decode("utf-8", errors="replace").removeprefix("\ufeff")
    return RobotsRecord(origin, http_status, text, now, now + KEPT_FOR)


def failed_record(origin: str, error: SourceError, now: datetime) -> RobotsRecord | None:
    """The record of a robots.txt that could not be had; None where that says nothing about the site's wishes.

    No connection at all (no name, refused, nobody who picks up, TLS, an own outage) and "not now" (429, 503 with
    Retry-After) are no answer: they are the caller's to raise, and nothing is kept of them.
    """
    if isinstance(error, Http3xx | Http4xx | BadRedirect):
        return RobotsRecord(origin, error.http_status or 400, "", now, now + KEPT_FOR)
    if isinstance(error, Http5xx):
        return RobotsRecord(origin, error.http_status or 500, "", now, now + FAILED_FOR)
    if isinstance(error, TimedOut) and not isinstance(error, UnreachableInTime):
        return RobotsRecord(origin, 0, "", now, now + FAILED_FOR)
    if isinstance(error, ProtocolBroken | DecodeFailed):
        return RobotsRecord(origin, 0, "", now, now + BROKEN_FOR)
    return None


def _own_group(text: str, agent: str) -> Iterator[str]:
    """The lines of all groups that name us, else of those for all, as one group: RFC 9309, 2.2.1."""
    groups = tuple(_groups(text))
    name = agent if any(agent in agents for agents, _ in groups) else "*"
    yield "User-agent: *"
    for agents, lines in groups:
        if name in agents:
            yield from lines


def _groups(text: str) -> Iterator[tuple[set[str], list[str]]]:
    agents: set[str] = set()
    lines: list[str] = []
    begun = False  # a rule of the group has been seen, so that the next agent begins another one
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if named := _AGENT_LINE.fullmatch(line):
            if begun:
                yield agents, lines
                agents, lines, begun = set(), [], False
            agents |= _names(named[1])
        elif line and not _SITE_LINE.match(line) and (":" in line or _RULE_LINE.match(line)):
            begun = True
            lines.append(line)
    yield agents, lines


def _names(value: str) -> set[str]:
    """The agent of one line: its product token, folded. "news*" is "news", as many sites write it."""
    name = value.strip().lower()
    return {name} if name == "*" else {product_token(name.replace("*", ""))} - {"*"}
