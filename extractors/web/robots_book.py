"""The rules of all sites of a round: those remembered, and those fetched because they were not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from extractors.errors import AddressBlocked, BadRedirect, Retry, RobotsForbidden, SourceError
from extractors.model import RobotsRecord
from extractors.web.exchange import Answer
from extractors.web.redirects import FOLLOWED, Trail
from extractors.web.responses import error_of
from extractors.web.robots import MAX_REDIRECTS, Rules, answered_record, failed_record, read_rules
from extractors.web.target import Target, read_target

Send = Callable[[Target], Awaitable[Answer]]


class RobotsUnavailable(RobotsForbidden):
    """robots.txt could not be had, which forbids for now; `retry_after_s` says how long."""

    retry: Retry = "soft"


class RobotsBook:
    """Each origin's robots.txt is fetched once, however many ask for it at the same time, and kept."""

    def __init__(
        self, agent: str, records: Mapping[str, RobotsRecord], now: Callable[[], datetime], send: Send
    ) -> None:
        self._agent = agent
        self._records = records
        self._now = now
        self._send = send
        self._rules: dict[str, Rules] = {}
        self._fetching: dict[str, asyncio.Task[Rules | SourceError]] = {}
        self._learned: dict[str, RobotsRecord] = {}

    async def check(self, target: Target) -> Rules:
        """The rules for a target. RobotsForbidden where they forbid it; other SourceErrors where the site can't
        even be connected to, or said "not now"."""
        rules = await self._rules_for(target)
        if rules.allow(target.url):
            return rules
        if not rules.failed:
            raise RobotsForbidden(target.url, "disallowed by robots.txt")
        retry_after_s = max(1, round((rules.until - self._now()).total_seconds()))
        raise RobotsUnavailable(target.url, "robots.txt could not be had", retry_after_s=retry_after_s)

    def drain(self) -> tuple[RobotsRecord, ...]:
        """The records fetched since the last call."""
        learned, self._learned = tuple(self._learned.values()), {}
        return learned

    async def close(self) -> None:
        """Give up what is being fetched."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _rules_for(self, target: Target) -> Rules:
        origin, now = target.origin, self._now()
        rules = self._rules.get(origin)
        if rules is None and (record := self._records.get(origin)) is not None and now < record.expires_at:
            rules = self._rules[origin] = read_rules(record, self._agent)
        if rules is not None and now < rules.until:
            return rules
        task = self._fetching.get(origin)
        if task is None:
            task = self._fetching[origin] = asyncio.create_task(self._fetch(origin))
            task.add_done_callback(lambda _: self._fetching.pop(origin, None))
        outcome = await asyncio.shield(task)  # one who gives up must not take it away from the others
        if isinstance(outcome, SourceError):
            raise type(outcome)(
                target.url,
                f"at robots.txt: {outcome.detail}",
                http_status=outcome.http_status,
                retry_after_s=outcome.retry_after_s,
                elapsed_ms=outcome.elapsed_ms,
            ) from outcome
        return outcome

    async def _fetch(self, origin: str) -> Rules | SourceError:
        try:
            record = await self._record(origin)
        except SourceError as error:
            failed = failed_record(origin, error, self._now())
            if failed is None:
                return error
            record = failed
        self._learned[origin] = record
        rules = self._rules[origin] = read_rules(record, self._agent)
        return rules

    async def _record(self, origin: str) -> RobotsRecord:
        trail = Trail(read_target(f"{origin}/robots.txt"), MAX_REDIRECTS)
        while True:
            try:
                answer = await self._send(trail.target)
            except AddressBlocked as error:
                if not trail.hops:
                    raise
                raise BadRedirect(error.url, error.detail) from error
            if answer.http_status in FOLLOWED:
                trail.follow(answer.http_status, answer.fields.get("location", ""))
            elif 200 <= answer.http_status < 300:
                return answered_record(origin, answer.http_status, answer.body, self._now())
            else:
                raise error_of(trail.target.url, answer, self._now())
