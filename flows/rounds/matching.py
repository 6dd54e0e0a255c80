"""The watchlists of a run, made ready for the first article that is new: a round without one needs no matcher."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from extractors.model import Mention, Watchlist

if TYPE_CHECKING:
    from extractors.watch import Matcher


class Matching:
    """What the watchlists find."""

    def __init__(self, watchlists: Sequence[Watchlist]) -> None:
        self._watchlists = watchlists

    @cached_property
    def _matcher(self) -> Matcher:
        from extractors.watch import compile_watchlists

        return compile_watchlists(self._watchlists)

    def mentions(self, article_id: int, title: str, text: str) -> tuple[Mention, ...]:
        """What an article has of them."""
        from extractors.watch import find_mentions

        return find_mentions(self._matcher, article_id, title, text)

    def watched(self) -> int:
        """The hash by which the database knows what stored articles were matched with."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        from extractors.watch import watched_hash

        return watched_hash(self._watchlists)
