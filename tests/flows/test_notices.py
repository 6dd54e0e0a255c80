"""Notices: what is told, to whom, and how often; sent to a real receiver on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import ExtractSettings, FetchSettings
from flows.config import load_config
from flows.doctor.notice_checks import notice_findings
from flows.notices.conditions import Condition, conditions, failure_of
from flows.notices.ledger import Entry, Ledger, told, updated
from flows.notices.message import MAX_LINES, Message, message_of
from flows.notices.round_end import target_of, tell_notices
from flows.notices.sending import known_address, sent
from flows.notices.settings import KINDS, NoticeSettings
from flows.rounds.round import RoundRequest, run_round
from flows.rounds.stopping import Stop
from storage.errors import StorageError
from storage.health import Disk, StatusReport, status_report

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANY_MACHINE = frozenset(KINDS) - {"disk_low"}  # the disk of whoever runs the tests is no part of them
HOUR = timedelta(hours=1)
ROOT = Path(__file__).parents[2]


@dataclass
class Receiver:
    """Where notices arrive. `status` is what it answers."""

    port: int = 0
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)

    def url(self, path: str = "t0ken") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    @property
    def bodies(self) -> list[str]:
        return [message["message"] for message in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.status < 300:
                receiver.got.append(json.loads(body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def tell(history: Path) -> Callable[..., int]:
    """The end of a round over the store with a history."""

    def end(settings: NoticeSettings, failure: str | None = None, now: datetime = NOW, **fields: Any) -> int:
        return tell_notices(
            settings, history / "data/presswatch.duckdb", history / "data/news.duckdb", failure, now, **fields
        )

    return end


# ---------------------------------------------------------------------------------------------- what there is


@pytest.fixture
def report(history: Path) -> StatusReport:
    return status_report(history / "data/presswatch.duckdb", history / "data/news.duckdb")


def test_all_that_is_wrong_is_a_condition_with_its_words(report: StatusReport) -> None:
    full = replace(report, disks=(Disk("/srv", 10, 10**9),))
    found = conditions(full, "no room to publish", NOW)
    assert [(each.kind, each.subject) for each in found] == [
        ("round_failed", ""),
        ("disk_low", "/srv"),
        ("feed_dead", "https://valley.example/a"),
        ("feed_dead", "https://valley.example/b"),
        ("source_quiet", "harbour"),
        ("template_changed", "hill shorter"),
        ("gap", "https://valley.example/a 2026-11-22T20:00:00+00:00"),
    ]
    assert found[2].text == (
        "valley: https://valley.example/a: timeout: no answer in 20 s, since 2026-11-22 10:00"
    )
    assert found[4].text == "harbour: 0 articles in 48 h, 20 usual; the last one was seen 2026-11-22 12:00"
    assert found[6].text.startswith("valley: about 12 articles from 2026-11-22 20:00 to 2026-11-24 11:00: ")


def test_a_feed_that_fails_for_hours_is_not_dead_yet(report: StatusReport) -> None:
    fresh = replace(report.failing[0], failing_since=NOW - 23 * HOUR)
    assert not [c for c in conditions(replace(report, failing=(fresh,)), None, NOW) if c.kind == "feed_dead"]


def test_a_round_without_a_network_has_failed_and_one_that_was_done_has_not() -> None:
    assert "reached no host" in str(failure_of(network_down=True, status="failed"))
    assert failure_of(network_down=False, status="failed") == "it ended as failed"
    assert failure_of(network_down=False, status="done") is None
    assert failure_of(network_down=False, status=None) is None


# ------------------------------------------------------------------------------------------- once, and when over


def quiet(subject: str = "harbour") -> Condition:
    return Condition("source_quiet", subject, f"{subject}: 0 articles", NOW)


def dead(subject: str = "https://a.example/rss") -> Condition:
    return Condition("feed_dead", subject, f"{subject}: timeout", NOW)


@dataclass
class Desk:
    """Rounds one after another, with what each told to whom."""

    entries: tuple[Entry, ...] = ()
    said: list[tuple[str, str, bool]] = field(default_factory=list)  # target, subject, whether it was over

    def round(
        self,
        *found: Condition,
        at: datetime = NOW,
        targets: Sequence[str] = ("t",),
        taking: Sequence[str] = ("t", "u"),
        judged: Sequence[Any] = KINDS,
    ) -> list[tuple[str, str, bool]]:
        self.entries = updated(self.entries, found, targets, judged, at)
        due = [entry for entry in self.entries if entry.is_due and entry.target in taking]
        self.entries = tuple(told(e, at) if e in due else e for e in self.entries)
        self.said += (new := [(e.target, e.subject, e.ended_at is not None) for e in due])
        return new


def test_what_goes_on_is_told_once_and_once_more_when_it_is_over() -> None:
    desk = Desk()
    assert desk.round(dead("a")) == [("t", "a", False)]
    assert desk.round(dead("a")) == []
    assert desk.round(dead("a"), dead("b")) == [("t", "b", False)]
    assert desk.round(dead("b")) == [("t", "a", True)]
    assert desk.round(dead("b")) == []
    assert desk.round(dead("a"), dead("b")) == [("t", "a", False)]


def test_a_source_at_the_threshold_is_not_told_with_every_round() -> None:
    desk = Desk()
    assert desk.round(quiet()) == [("t", "harbour", False)]
    assert desk.round(at=NOW + HOUR) == []
    assert desk.round(quiet(), at=NOW + 2 * HOUR) == []
    assert desk.round(at=NOW + 3 * HOUR) == []
    assert desk.round(at=NOW + 8 * HOUR) == []
    assert desk.round(at=NOW + 9 * HOUR) == [("t", "harbour", True)]


def test_a_gap_is_told_once_and_is_never_over() -> None:
    desk = Desk()
    gap = Condition("gap", "https://a.example/rss 2026", "about 5 articles", NOW)
    assert desk.round(gap) == [("t", gap.subject, False)]
    assert desk.round(gap) == []
    assert desk.round(at=NOW + 200 * HOUR) == []
    assert desk.entries == ()


def test_what_could_not_be_told_is_told_later_though_it_is_over_by_then() -> None:
    desk = Desk()
    assert desk.round(dead("a"), taking=()) == []
    assert desk.round(at=NOW + HOUR, taking=()) == []
    assert desk.round(at=NOW + 2 * HOUR) == [("t", "a", True)]
    assert desk.entries[0].text == "a: timeout"
    assert desk.round(at=NOW + 3 * HOUR) == []


def test_each_address_is_told_once_whatever_becomes_of_the_others() -> None:
    desk = Desk()
    assert desk.round(dead("a"), targets=("t", "u"), taking=("t",)) == [("t", "a", False)]
    assert desk.round(dead("a"), targets=("t", "u")) == [("u", "a", False)]
    assert desk.round(dead("a"), targets=("u",)) == []
    assert desk.round(dead("a"), targets=("u", "t")) == [("t", "a", False)]  # it was taken out, and came back


def test_what_could_not_be_judged_is_not_over() -> None:
    desk = Desk()
    desk.round(dead("a"))
    assert desk.round(judged=("round_failed",)) == []
    assert desk.round() == [("t", "a", True)]


subjects = st.frozensets(st.sampled_from("abc"))


@given(st.lists(st.tuples(subjects, st.booleans()), max_size=20))
def test_begin_and_end_alternate_for_every_subject_and_none_is_lost(
    rounds: list[tuple[frozenset[str], bool]],
) -> None:
    desk = Desk()
    for number, (found, taken) in enumerate([*rounds, (frozenset(), True), (frozenset(), True)]):
        desk.round(*map(dead, sorted(found)), at=NOW + number * HOUR, taking=("t",) if taken else ())
    for subject in "abc":
        met = any(subject in found for found, _ in rounds)
        told_of = [over for _, name, over in desk.said if name == subject]
        assert bool(told_of) == met
        if met:
            assert told_of[-1]
        assert all(one or two for one, two in pairwise(told_of)), "begun twice without an end"
    assert desk.entries == () or all(not entry.is_due for entry in desk.entries)


# -------------------------------------------------------------------------------------------------- the ledger


def test_the_ledger_keeps_what_it_was_given(tmp_path: Path) -> None:
    ledger = Ledger.beside(tmp_path / "data" / "live.duckdb")
    entry = Entry("gap", "ü \ud800", "t", "text", NOW, told_at=NOW + HOUR)
    with ledger.opened() as (entries, write):
        assert entries == ()
        write([entry])
    assert ledger.read() == (entry,)
    assert ledger.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"notices": 3}', '{"notices": [{"x": 1}]}', "\xff"])
def test_a_ledger_that_cant_be_read_is_begun_anew(tmp_path: Path, text: str) -> None:
    ledger = Ledger(tmp_path / "x.json")
    ledger.path.write_text(text, encoding="latin-1")
    assert ledger.read() == ()


def test_nothing_is_sent_that_can_not_be_remembered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "live.duckdb.notices.json").mkdir()

    def send(_url: str, _message: Message) -> bool:
        raise AssertionError("sent")

    settings = NoticeSettings(("json://127.0.0.1:9/x",))
    database, published = tmp_path / "live.duckdb", tmp_path / "news.duckdb"
    assert tell_notices(settings, database, published, "broken", NOW, send) == 0
    assert [record.message for record in caplog.records if "not remembered" in record.message]


# ------------------------------------------------------------------------------------------------- the message


def test_a_message_has_a_line_each_and_no_more_than_a_phone_shows() -> None:
    entries = [Entry("gap", str(n), "t", f"about {n} articles", NOW) for n in range(40)]
    over = Entry("feed_dead", "a", "t", "a: timeout", NOW - 9 * HOUR, told_at=NOW, ended_at=NOW)
    message = message_of([*entries, over])
    assert message.title == "presswatch: 40 new, 1 over"
    assert message.tone == "warning"
    lines = message.body.splitlines()
    assert lines[0] == "Articles probably missed (40 notices)"
    assert lines[MAX_LINES + 1] == "- and 28 more: presswatch status"
    assert lines[-2:] == [
        "Over: Feeds that fail for a day or are gone (1 notice)",
        "- a: timeout (from 2026-11-24 03:00, over since 2026-11-24 12:00)",
    ]


def test_a_failed_round_is_bad_and_an_end_is_good() -> None:
    failed = Entry("round_failed", "", "t", "no network", NOW)
    assert message_of([failed]).tone == "failure"
    assert message_of([replace(failed, told_at=NOW, ended_at=NOW)]).tone == "success"
    late = message_of([replace(failed, ended_at=NOW + HOUR)])
    assert (late.title, late.tone) == ("presswatch: 1 new", "failure")
    assert "over since 2026-11-24 13:00" in late.body


def test_what_a_feed_says_calls_nobody_and_moves_no_cursor() -> None:
    body = message_of([Entry("feed_dead", "x", "t", "@everyone \x1b[31m <b>\n- forged", NOW)]).body
    assert "(at)everyone" in body
    assert "\x1b" not in body
    assert len(body.splitlines()) == 2


# ---------------------------------------------------------------------------------------------------- sending


def test_the_end_of_a_round_tells_a_real_receiver_once(receiver: Receiver, tell: Callable[..., int]) -> None:
    settings = NoticeSettings((receiver.url(),), ANY_MACHINE)
    assert tell(settings) == 1
    assert tell(settings) == 0
    assert len(receiver.got) == 1
    assert receiver.got[0]["title"] == "presswatch: 5 new"
    assert receiver.got[0]["type"] == "warning"
    assert "- harbour: 0 articles in 48 h, 20 usual" in receiver.bodies[0]
    assert tell(settings, "no room to publish") == 1
    assert tell(settings) == 1
    assert "The round failed (1 notice)\n- no room to publish" in receiver.bodies[1]
    assert receiver.bodies[2].startswith("Over: The round failed (1 notice)")
    assert receiver.got[2]["type"] == "success"


def test_what_was_refused_is_said_in_a_line_without_the_address_and_sent_again(
    receiver: Receiver, tell: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    receiver.status = 500
    settings = NoticeSettings((receiver.url("s3cret"),), ANY_MACHINE)
    assert tell(settings) == 0
    said = [record.getMessage() for record in caplog.records]
    assert said == ["notices: json did not take them; tried again after the next round"]
    assert "s3cret" not in repr(settings)
    receiver.status = 200
    assert tell(settings) == 1
    assert len(receiver.got) == 1


def test_one_address_that_fails_costs_the_others_nothing(
    receiver: Receiver, tell: Callable[..., int]
) -> None:
    settings = NoticeSettings((receiver.url(), "nosuch://x", "json://127.0.0.1:1/closed"), ANY_MACHINE)
    assert tell(settings) == 1
    assert tell(settings) == 0
    assert len(receiver.got) == 1


def test_only_the_kinds_that_are_wanted_are_told(receiver: Receiver, tell: Callable[..., int]) -> None:
    assert tell(NoticeSettings((receiver.url(),), frozenset(("source_quiet",)))) == 1
    assert receiver.bodies[0].splitlines()[0] == "Sources gone quiet (1 notice)"
    assert tell(NoticeSettings((receiver.url(),), frozenset(("round_failed",))), "broken") == 1
    assert receiver.bodies[1] == "The round failed (1 notice)\n- broken"
    assert tell(NoticeSettings(())) == 0


def test_a_receiver_that_never_answers_holds_no_round() -> None:
    release = threading.Event()
    times = iter((0.0, 0.0, 60.0))  # the quick one has a minute, and then there is no time left

    def send(url: str, _message: Message) -> bool:
        return url == "quick://" or release.wait(60)

    message = Message("t", "b", "warning")
    try:
        took = sent({"quick://": message, "slow://": message}, 60.0, send, clock=lambda: next(times))
    finally:
        release.set()
    assert took == {"quick://"}


def test_a_plugin_that_raises_is_a_message_not_taken() -> None:
    def send(_url: str, _message: Message) -> bool:
        raise RuntimeError("s3cret")

    assert sent({"x://": Message("t", "b", "warning")}, 60.0, send) == frozenset()


def test_addresses_have_a_name_that_gives_nothing_away() -> None:
    assert target_of("json://host/token") == target_of("json://host/token") != target_of("json://host/other")
    assert "token" not in target_of("json://host/token")
    assert known_address("json://127.0.0.1/x")
    assert not known_address("nosuch://x")


def test_a_broken_copy_lets_the_failure_of_the_round_through(receiver: Receiver, tmp_path: Path) -> None:
    published = tmp_path / "news.duckdb"
    published.write_text("no database")
    settings = NoticeSettings((receiver.url(),), ANY_MACHINE)
    assert tell_notices(settings, tmp_path / "live.duckdb", published, "the disk is full", NOW) == 1
    assert receiver.bodies == ["The round failed (1 notice)\n- the disk is full"]


# --------------------------------------------------------------------------------------------------- in a round


class Silence:
    def feed_done(self) -> None: ...
    def pages_found(self, count: int) -> None: ...
    def page_done(self) -> None: ...
    def place(self, bar: str, done: int, total: int) -> None: ...


def round_of(folder: Path, url: str) -> RoundRequest:
    return RoundRequest(
        database=folder / "live.duckdb",
        published=folder / "news.duckdb",
        sources=(),
        watchlists=(),
        fetch=FetchSettings(),
        extract=ExtractSettings(workers=1),
        notices=NoticeSettings((url,), frozenset(("round_failed",))),
    )


def test_a_round_that_can_not_use_its_database_is_told_and_so_is_that_the_next_one_can(
    receiver: Receiver, tmp_path: Path
) -> None:
    request = round_of(tmp_path, receiver.url())
    request.database.write_text("no database")

    async def take() -> None:
        await run_round(request, progress=Silence(), stop=Stop())

    for _ in range(2):
        with pytest.raises(StorageError):
            asyncio.run(take())
    assert len(receiver.got) == 1
    assert "live.duckdb: " in receiver.bodies[0]
    request.database.unlink()
    asyncio.run(take())
    assert receiver.bodies[1].startswith("Over: The round failed")


def test_the_config_takes_addresses_from_the_environment_and_shows_none(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "notices: {urls: ['${CHAT}'], kinds: [gap], timeout_s: 5}\n"
        "sources: [{id: a, name: A, feeds: ['https://a.example/rss']}]\n"
    )
    notices = load_config(path, {"CHAT": "slack://s3cret/token"}).notices
    assert notices == NoticeSettings(("slack://s3cret/token",), frozenset(("gap",)), 5.0)
    assert "s3cret" not in repr(notices)
    with pytest.raises(Exception, match="found the value of an environment variable") as caught:
        load_config(path, {"CHAT": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_the_doctor_knows_addresses_that_will_not_do_and_shows_none() -> None:
    def found(*urls: str) -> tuple[str, str]:
        (finding,) = notice_findings(NoticeSettings(urls))
        return finding.grade, finding.found

    assert found("json://127.0.0.1/s3cret", "nosuch://s3cret") == (
        "fail",
        "apprise can't use 1 address: nosuch://",
    )
    assert found("json://127.0.0.1/s3cret", "json://127.0.0.1/other") == ("ok", "2 addresses: json (2)")
    assert next(iter(notice_findings(None))).found.startswith("nobody is told")


@pytest.mark.parametrize(("moment", "received"), [("before", 1), ("after", 2)])
def test_a_process_that_dies_while_it_tells_loses_nothing_and_repeats_it_once(
    receiver: Receiver, tell: Callable[..., int], history: Path, moment: str, received: int
) -> None:
    code = """
import os, sys
from datetime import datetime
from pathlib import Path
from flows.notices.round_end import tell_notices
from flows.notices.sending import send_by_apprise
from flows.notices.settings import NoticeSettings

def send(url, message):
    if sys.argv[2] == "after":
        assert send_by_apprise(url, message)
    os._exit(9)

settings = NoticeSettings((sys.argv[1],), frozenset(("source_quiet",)))
database, published = Path("data/presswatch.duckdb"), Path("data/news.duckdb")
tell_notices(settings, database, published, None, datetime.fromisoformat(sys.argv[3]), send)
"""
    settings = NoticeSettings((receiver.url(),), frozenset(("source_quiet",)))
    died = subprocess.run(
        [sys.executable, "-c", code, receiver.url(), moment, NOW.isoformat()],
        cwd=history,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert died.returncode == 9
    assert tell(settings) == 1
    assert tell(settings) == 0
    assert len(receiver.got) == received
    assert all("harbour" in body for body in receiver.bodies)
