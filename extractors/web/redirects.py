"""A chain of redirects as data: where it leads next, where it leads for good, and when it is enough."""

from __future__ import annotations

from urllib.parse import urljoin

from extractors.errors import BadRedirect
from extractors.web.target import MAX_URL_CHARS, Target, read_target, shown

FOLLOWED = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))


class Trail:
    """The hops of one request. `permanent_url` is where an unbroken chain of 301 and 308 from its start leads."""

    def __init__(self, start: Target, max_redirects: int) -> None:
        self.target = start
        self.hops = 0
        self.permanent_url: str | None = None
        self._permanent_so_far = True
        self._max_redirects = max_redirects
        self._seen = {start.url}

    def follow(self, http_status: int, location: str) -> Target:
        """The next target. BadRedirect for a missing or useless Location, a loop, or one hop too many."""
        here = self.target.url
        if self.hops >= self._max_redirects:
            raise BadRedirect(here, f"more than {self._max_redirects} redirects", http_status=http_status)
        target = _next_target(here, http_status, location)
        if target.url in self._seen:
            raise BadRedirect(here, f"a loop, at hop {self.hops + 1}", http_status=http_status)
        self._seen.add(target.url)
        self.hops += 1
        self.target = target
        self._permanent_so_far = self._permanent_so_far and http_status in _PERMANENT
        if self._permanent_so_far:
            self.permanent_url = target.url
        return target


def _next_target(here: str, http_status: int, location: str) -> Target:
    text = _readable(location)
    if not text:
        raise BadRedirect(here, "a redirect without Location", http_status=http_status)
    if len(text) > MAX_URL_CHARS:
        raise BadRedirect(here, f"a redirect to a URL of {len(text)} characters", http_status=http_status)
    try:
        return read_target(urljoin(here, text))
    except (BadRedirect, ValueError) as error:
        reason = error.detail if isinstance(error, BadRedirect) else "not a URL"
        raise BadRedirect(here, f"a redirect to {shown(text)}: {reason}", http_status=http_status) from error


def _readable(location: str) -> str:
    """Location as text: servers send raw UTF-8 in it, which headers are not decoded as."""
    try:
        return location.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return location.strip()
