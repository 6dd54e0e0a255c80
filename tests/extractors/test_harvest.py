"""The way of a source through one round, with a web of dictionaries and the real stages."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from extractors.errors import ConnectionFailed, Http4xx, Http5xx, RateLimited, SourceError
from extractors.feed import parse_feed
from extractors.harvest import harvest_source, settle_unreachable
from extractors.jobs import page_job
from extractors.model import (
    Extracted,
    Feed,
    FeedState,
    KnownLink,
    Link,
    Page,
    Rejected,
    Request,
    Response,
    Source,
    Validators,
)
from extractors.ports import Assignment, Part, Tools
from extractors.urls import identity

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SITE = "https://harbour.example"
FEED = f"{SITE}/feed.xml"
SOURCE = Source("harbour", "The Harbour Post", feeds=(FEED,), timezone="Europe/London")
SENTENCE = (
    "The harbour board met on the pier and agreed, after an hour of questions from the public, to dredge the "
    "eastern channel before the winter storms return, said its chair. "
)


WORDS = tuple(
    f"{a}{b}" for a in ("har", "bea", "der", "fer", "kee", "moo") for b in ("bour", "con", "rick", "ry")
)


def paragraph(number: int, part: int) -> str:
    """A paragraph that no other story has."""
    words = random.Random(number * 100 + part).sample(WORDS, 12)
    return (
        f"Report {number}, part {part}: the {', the '.join(words)} were counted again before anybody slept."
    )


def story(number: int, tail: str = "") -> bytes:
    paragraphs = "".join(f"<p>{paragraph(number, part)}</p>" for part in range(4))
    return (
        f"<html lang=en><head><title>Story {number} of the harbour</title></head><body><article>"
        f"<h1>Story {number} of the harbour</h1>{paragraphs}{tail}</article></body></html>"
    ).encode()


def feed(*numbers: int, content: str = "") -> bytes:
    items = "".join(
        f"<item><title>Story {n} of the harbour</title><link>{SITE}/{n}</link><guid>{n}</guid>"
        f"<pubDate>Wed, 04 Mar 2026 0{n % 10}:00:00 GMT</pubDate>{content}</item>"
        for n in numbers
    )
    return f"<rss version='2.0' xmlns:content='urn:c'><channel><title>Post</title>{items}</channel></rss>".encode()


@dataclass
class PaperWeb:
    """Answers from a dictionary: bytes, an error to raise, or a list of both to be used up in turn."""

    answers: dict[str, object]
    asked: list[Request] = field(default_factory=list)

    async def get(self, request: Request) -> Response:
        self.asked.append(request)
        await asyncio.sleep(0)
        answer = self.answers[request.url]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, SourceError):
            raise answer
        if isinstance(answer, Response):
            return answer
        assert isinstance(answer, bytes)
        return Response(
            request.url, request.url, 200, answer, "text/html; charset=utf-8", Validators('"new"')
        )


class Parsers:
    async def feed(self, response: Response, source: Source) -> Feed:
        return parse_feed(
            response.body, response.url, max_entries=5_000, timezone=source.timezone, fetched_at=NOW
        )

    async def page(self, page: Page) -> Extracted | Rejected:
        return page_job(page)


@dataclass
class Archive:
    known: dict[int, KnownLink] = field(default_factory=dict)

    async def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
        return {h: self.known[h] for h in hashes if h in self.known}


@dataclass
class Recorder:
    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        self.parts.append(part)

    def all(self, name: str) -> list[object]:
        return [each for part in self.parts for each in getattr(part, name)]

    def statuses(self) -> dict[str, str]:
        return {o.url: o.status for part in self.parts for o in part.outcomes}


class Silence:
    def feed_done(self) -> None: ...
    def pages_found(self, count: int) -> None: ...
    def page_done(self) -> None: ...


def tools(web: PaperWeb, archive: Archive | None = None, **changes: object) -> tuple[Tools, Recorder]:
    recorder = Recorder()
    made = Tools(
        web=web,
        parsers=Parsers(),
        archive=archive or Archive(),
        recorder=recorder,
        progress=Silence(),
        find_mentions=lambda article_id, title, text: (),
        run_id="run-1",
        max_entries=500,
        page_tasks=2,
        now=lambda: NOW,
        rng=random.Random(1),
        stop=asyncio.Event(),
        claimed=set(),
        unreachable=[],
    )
    return replace(made, **changes), recorder


def harvested(
    answers: dict[str, object],
    *,
    archive: Archive | None = None,
    state: FeedState | None = None,
    pending: tuple[Link, ...] = (),
    **changes: object,
) -> tuple[Recorder, PaperWeb]:
    web = PaperWeb(answers)

    async def go() -> Recorder:
        made, recorder = tools(web, archive, **changes)
        work = Assignment(SOURCE, (state or FeedState(FEED, SOURCE.id),), pending)
        await harvest_source(work, made)
        settle_unreachable(made, network_down=False)
        return recorder

    return asyncio.run(go()), web


def test_a_new_article_is_stored_and_the_feed_moves_on_behind_it() -> None:
    recorder, _ = harvested({FEED: feed(1), f"{SITE}/1": story(1)})
    (version,) = recorder.all("versions")
    assert version.title == "Story 1 of the harbour"
    assert "Report 1, part 3" in version.text
    assert recorder.statuses() == {FEED: "updated", f"{SITE}/1": "stored"}
    assert not recorder.parts[0].feeds, "a feed's state never goes ahead of its articles"
    (state,) = recorder.parts[-1].feeds
    assert state.validators == Validators('"new"')


def test_a_304_fetches_nothing_and_clears_nothing() -> None:
    old = Validators('"old"')
    before = FeedState(FEED, SOURCE.id, validators=old, poll_interval_s=600)
    answer = Response(FEED, FEED, 304, b"", "", old)
    recorder, web = harvested({FEED: answer}, state=before)
    assert recorder.statuses() == {FEED: "not_modified"}
    assert [r.validators for r in web.asked] == [old]
    (state,) = recorder.all("feeds")
    assert state.validators == old


def test_a_page_that_fails_waits_with_its_entry_and_the_others_are_stored() -> None:
    broken = Http5xx(f"{SITE}/2", "HTTP 500", http_status=500)
    recorder, _ = harvested({FEED: feed(1, 2), f"{SITE}/1": story(1), f"{SITE}/2": broken})
    assert recorder.statuses()[f"{SITE}/2"] == "http_5xx"
    pending = [link for link in recorder.all("links") if link.state == "pending"]
    assert [(link.url, link.attempts) for link in pending] == [(f"{SITE}/2", 1)]
    assert pending[0].entry.title == "Story 2 of the harbour"
    assert pending[0].next_try_at > NOW


def test_a_page_that_met_a_bug_of_ours_waits_for_a_better_release() -> None:
    class Stumbling(Parsers):
        async def page(self, page: Page) -> Extracted | Rejected:
            return Rejected(page.url, "a bug in presswatch: NameError", "extraction")

    recorder, _ = harvested({FEED: feed(1), f"{SITE}/1": story(1)}, parsers=Stumbling())
    assert recorder.statuses()[f"{SITE}/1"] == "extraction"
    (link,) = recorder.all("links")
    assert (link.state, link.attempts) == ("pending", 1)
    assert link.next_try_at > NOW


def test_a_pending_page_is_tried_again_without_its_feed_naming_it() -> None:
    first, _ = harvested({FEED: feed(2), f"{SITE}/2": Http5xx(f"{SITE}/2", "HTTP 500")})
    (link,) = first.all("links")
    remembered = KnownLink(link.link_hash, "pending", link.fingerprint, 1, NOW, NOW, None, Validators())
    again, _ = harvested(
        {FEED: feed(), f"{SITE}/2": story(2)}, archive=Archive({link.link_hash: remembered}), pending=(link,)
    )
    assert again.statuses()[f"{SITE}/2"] == "stored"
    assert [stored.state for stored in again.all("links")] == ["stored"]


def test_the_feeds_own_text_serves_when_the_page_cannot_be_had() -> None:
    text = "".join(f"<p>Part {n}. {SENTENCE}</p>" for n in range(5))
    body = f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[{text}]]></content:encoded>"
    recorder, _ = harvested({FEED: feed(1, content=body), f"{SITE}/1": Http4xx(f"{SITE}/1", "HTTP 403")})
    (version,) = recorder.all("versions")
    assert version.provenance.text == "feed"
    outcome = next(o for o in recorder.all("outcomes") if o.url == f"{SITE}/1")
    assert (outcome.status, outcome.article_id) == ("stored", version.article_id)
    assert "http_4xx" in outcome.detail


def test_a_short_retry_after_is_honoured_in_the_same_round(monkeypatch: object) -> None:
    busy = RateLimited(f"{SITE}/1", "HTTP 503", retry_after_s=0)
    web = PaperWeb({FEED: feed(1), f"{SITE}/1": [busy, story(1)]})

    async def go() -> Recorder:
        made, recorder = tools(web)
        work = Assignment(SOURCE, (FeedState(FEED, SOURCE.id),))
        await harvest_source(work, made)
        return recorder

    assert asyncio.run(go()).statuses()[f"{SITE}/1"] == "stored"


def test_a_long_retry_after_waits_for_its_time() -> None:
    busy = RateLimited(f"{SITE}/1", "HTTP 503", retry_after_s=3_600)
    recorder, web = harvested({FEED: feed(1), f"{SITE}/1": busy})
    (link,) = recorder.all("links")
    assert link.next_try_at >= NOW + timedelta(hours=1)
    assert len(web.asked) == 2


def test_an_entry_that_leads_to_a_home_page_is_rejected() -> None:
    moved = Response(f"{SITE}/1", f"{SITE}/", 200, story(9), "text/html", Validators())
    recorder, _ = harvested({FEED: feed(1), f"{SITE}/1": moved})
    assert recorder.statuses()[f"{SITE}/1"] == "rejected"
    assert [link.state for link in recorder.all("links")] == ["final"]


def test_more_entries_than_the_limit_keep_the_old_validators_so_that_the_next_poll_brings_the_rest() -> None:
    old = FeedState(FEED, SOURCE.id, validators=Validators('"old"'))
    answers: dict[str, object] = {FEED: feed(1, 2, 3)} | {f"{SITE}/{n}": story(n) for n in (1, 2, 3)}
    recorder, _ = harvested(answers, state=old, max_entries=2)
    assert len(recorder.all("versions")) == 2
    (state,) = recorder.all("feeds")
    assert state.validators == Validators('"old"')
    assert state.next_poll_at == NOW


def test_a_stop_keeps_what_is_done_and_leaves_the_feed_as_it_was() -> None:
    stop = asyncio.Event()

    class StoppingWeb(PaperWeb):
        async def get(self, request: Request) -> Response:
            answer = await super().get(request)
            if request.url.endswith("/1"):
                stop.set()
            return answer

    web = StoppingWeb({FEED: feed(3, 2, 1)} | {f"{SITE}/{n}": story(n) for n in (1, 2, 3)})

    async def go() -> Recorder:
        made, recorder = tools(web, stop=stop, page_tasks=1)
        await harvest_source(Assignment(SOURCE, (FeedState(FEED, SOURCE.id),)), made)
        return recorder

    recorder = asyncio.run(go())
    assert recorder.all("versions")
    assert len(recorder.all("versions")) <= 3
    if len(recorder.all("versions")) < 3:
        assert not recorder.all("feeds")


def test_an_outage_of_our_own_counts_against_no_feed() -> None:
    web = PaperWeb({FEED: ConnectionFailed(FEED, "no route")})
    before = FeedState(FEED, SOURCE.id, validators=Validators('"old"'), consecutive_failures=0)

    async def go(network_down: bool) -> FeedState:
        made, recorder = tools(web)
        await harvest_source(Assignment(SOURCE, (before,)), made)
        assert not recorder.all("feeds"), "whose fault it was is known at the end of the round only"
        settle_unreachable(made, network_down=network_down)
        assert recorder.statuses() == {FEED: "connection"}
        (state,) = recorder.all("feeds")
        return state

    assert asyncio.run(go(network_down=True)).consecutive_failures == 0
    assert asyncio.run(go(network_down=False)).consecutive_failures == 1


def test_lines_that_repeat_over_the_pages_of_a_first_round_are_removed_in_it() -> None:
    tail = "<p>Do you know more about this story? Write to the harbour desk in confidence, we read everything.</p>"
    answers: dict[str, object] = {FEED: feed(1, 2, 3, 4)} | {
        f"{SITE}/{n}": story(n, tail) for n in (1, 2, 3, 4)
    }
    recorder, _ = harvested(answers)
    versions = recorder.all("versions")
    assert len(versions) == 4
    assert not [v for v in versions if "harbour desk" in v.text]
    assert all(any("harbour desk" in removed.text for removed in v.removed) for v in versions)


def test_a_link_that_another_source_takes_care_of_is_not_fetched_twice() -> None:
    claimed = {identity(f"{SITE}/1")}
    recorder, web = harvested({FEED: feed(1), f"{SITE}/1": story(1)}, claimed=claimed)
    assert [r.url for r in web.asked] == [FEED]
    assert not recorder.all("versions")


def test_a_link_that_is_a_feed_of_the_round_is_not_fetched_as_a_page() -> None:
    recorder, web = harvested(
        {FEED: feed(1), f"{SITE}/1": story(1)}, feed_links=lambda: frozenset([identity(f"{SITE}/1")])
    )
    assert [r.url for r in web.asked] == [FEED]
    assert not recorder.all("versions")
