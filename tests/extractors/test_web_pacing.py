"""Manners as the server sees them: gaps, connections, and leaving alone who asks for it or is dead."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import ConnectionFailed, DecodeFailed, RateLimited, SourceError, TimedOut
from extractors.model import Request, Response
from extractors.web.client import WebClient
from extractors.web.health import LIMITED_S, SKIP_S, HostHealth, Reach
from extractors.web.pacing import Gap, slack_s
from extractors.web.sharing import SharedLimits

PAGE = b"the page"
URL = "http://news.example/"


# -------------------------------------------------------------------------------------------------- the gap


@given(
    delay_s=st.floats(0.01, 60),
    latencies=st.lists(st.floats(0, 120), min_size=1, max_size=20),
    seen_after=st.floats(0, 1),
)
def test_the_gap_is_kept_as_the_server_sees_it(
    delay_s: float, latencies: list[float], seen_after: float
) -> None:
    """However late a request was seen before its answer came, within the slack that is allowed for."""
    gap, now, last_seen = Gap(delay_s), 0.0, None
    for latency in latencies:
        for _ in range(4):
            now += max(gap.wait_s(now), 0.0)
        if last_seen is not None:
            assert now - last_seen >= delay_s
        serial = gap.started(now)
        slack = min(latency, slack_s(delay_s))
        last_seen = now + slack * seen_after
        if latency < delay_s:
            gap.answered(serial, now + latency)
        assert gap.wait_s(now) <= delay_s * 1.1 + 0.3


@pytest.mark.parametrize(
    ("delay_s", "slack"),
    [(0.01, 0.03), (0.05, 0.125), (0.1, 0.25), (0.2, 0.15), (0.5, 0.1), (2, 0.2), (60, 0.25)],
)
def test_a_short_delay_waits_longer_for_the_answer_that_shows_when_a_request_was_seen(
    delay_s: float, slack: float
) -> None:
    assert slack_s(delay_s) == pytest.approx(slack)


def test_no_delay_is_no_wait() -> None:
    gap = Gap(0.0)
    gap.started(5.0)
    assert gap.wait_s(5.0) == 0.0


def test_an_answer_to_an_earlier_request_moves_nothing() -> None:
    gap = Gap(1.0)
    first = gap.started(0.0)
    gap.started(10.0)
    gap.answered(first, 0.5)
    assert gap.counted_from == pytest.approx(10.1)


# --------------------------------------------------------------------------------------------------- health


def test_a_host_is_skipped_after_three_failures_and_tried_again_later() -> None:
    health = HostHealth()
    for failures in range(3):
        assert health.refusal(URL, 0.0) is None, failures
        health.failed(ConnectionFailed(URL, "connection refused"), 0.0)
    refusal = health.refusal(URL, 1.0)
    assert refusal is not None
    assert (refusal.status, refusal.detail) == (
        "connection",
        "host skipped after 3 failures: connection refused",
    )
    assert health.refusal(URL, SKIP_S) is None
    health.failed(TimedOut(URL, "no answer"), SKIP_S)
    refusal = health.refusal(URL, SKIP_S + 1)
    assert refusal is not None
    assert refusal.status == "timeout"
    assert refusal.retry_after_s == SKIP_S - 1


def test_an_answer_makes_good_for_earlier_failures() -> None:
    health = HostHealth()
    for _ in range(5):
        health.failed(TimedOut(URL), 0.0)
        health.failed(TimedOut(URL), 0.0)
        health.answered()
    assert health.refusal(URL, 0.0) is None


def test_what_is_wrong_with_a_page_is_not_the_hosts_failure() -> None:
    health = HostHealth()
    for _ in range(5):
        health.failed(DecodeFailed(URL), 0.0)
    assert health.refusal(URL, 0.0) is None


def test_not_now_is_a_pause_when_short_and_an_end_when_long_or_repeated() -> None:
    health = HostHealth()
    health.limited(2, 0.0)
    assert health.paused_until == 2.0
    assert health.refusal(URL, 0.0) is None
    health.limited(None, 0.0)
    assert health.refusal(URL, 0.0) is None
    health.limited(2, 0.0)
    refusal = health.refusal(URL, 10.0)
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after_s == LIMITED_S - 10
    assert health.refusal(URL, LIMITED_S) is None
    health = HostHealth()
    health.limited(3600, 0.0)
    refusal = health.refusal(URL, 600.0)
    assert refusal is not None
    assert refusal.retry_after_s == 3000


def test_our_network_is_down_when_no_host_is_reached_or_suddenly_none_any_more() -> None:
    reach = Reach()
    for n in range(2):
        reach.failed(f"host{n}")
    assert not reach.network_down
    reach.failed("host1")
    assert not reach.network_down
    reach.failed("host2")
    assert reach.network_down
    reach.reached("host3")
    assert not reach.network_down
    for n in range(9):
        reach.failed(f"host{n}")
    assert not reach.network_down
    reach.failed("host10")
    assert reach.network_down


# ---------------------------------------------------------------------------------------- as servers see it


def test_starts_on_one_host_are_as_far_apart_as_asked(loopback: Any, fetch: Any) -> None:
    async def sometimes_slow(visit: Any) -> None:
        await asyncio.sleep(0.15 if len(visit.seen.path) % 2 else 0.0)
        end = {"Connection": "close"} if visit.seen.path.endswith("3") else {}
        visit.write(loopback.http(200, PAGE, end))
        if end:
            visit.close()

    site = loopback.site({"*": sometimes_slow})
    urls = [site.url("/" + "x" * (n % 3) + str(n)) for n in range(8)]
    results = fetch.all(urls, at_once=True, per_host_delay_s=0.1)
    assert all(isinstance(result, Response) for result in results)
    assert site.gap() >= 0.1
    assert sum(site.gaps()) < 8 * 0.1 * 2.5
    assert site.max_open <= 2


def test_second_tries_and_failures_keep_the_gap(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {
            "/500": loopback.reply(500),
            "/reset": loopback.raw(end="abort"),
            "/429": loopback.reply(429, headers={"Retry-After": "0"}),
        }
    )
    fetch.all([site.url("/500"), site.url("/reset"), site.url("/429")], at_once=True, per_host_delay_s=0.08)
    assert len(site.seen) in (5, 6)  # a kept connection that is reset counts as closed, and for no try
    assert site.gap() >= 0.08


def test_hosts_do_not_wait_for_each_other(loopback: Any, fetch: Any) -> None:
    sites = [loopback.site({"*": loopback.reply(200, PAGE)}) for _ in range(10)]
    urls = [site.url(f"/{n}") for n in range(3) for site in sites]
    began = time.monotonic()
    fetch.all(urls, at_once=True, per_host_delay_s=0.2, concurrency=4)
    assert time.monotonic() - began < 1.2
    assert all(site.gap() >= 0.2 for site in sites)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_never_more_connections_to_a_host_than_allowed_the_idle_ones_counted(
    loopback: Any, fetch: Any, limit: int
) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.02)
        nth = int(visit.seen.path[1:])
        visit.write(
            loopback.http(404 if nth % 5 == 0 else 200, PAGE, {"Connection": "close"} if nth % 7 == 0 else {})
        )
        if nth % 7 == 0:
            visit.close()
        if nth % 11 == 0:
            visit.abort()

    site = loopback.site({"*": slowly})
    fetch.all([site.url(f"/{n}") for n in range(30)], at_once=True, per_host_connections=limit, timeout_s=30)
    assert site.max_open == limit


def test_no_more_requests_at_once_than_all_hosts_together_may_have(loopback: Any, fetch: Any) -> None:
    at_once = most = 0

    async def slowly(visit: Any) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.03)
        at_once -= 1
        visit.write(loopback.http(200, PAGE))

    sites = [loopback.site({"*": slowly}) for _ in range(9)]
    fetch.all([site.url() for site in sites], at_once=True, concurrency=3, timeout_s=30)
    assert most == 3


def test_waiting_for_a_turn_is_not_counted_as_time_of_the_request(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    results = fetch.all(
        [site.url(f"/{n}") for n in range(4)], at_once=True, per_host_delay_s=0.7, timeout_s=2
    )
    assert all(isinstance(result, Response) and result.elapsed_ms < 700 for result in results)


# ----------------------------------------------------------------------------------------- connections kept


def test_a_connection_is_used_again(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/404": loopback.reply(404, b"sorry"), "*": loopback.reply(200, PAGE)})
    fetch.all([site.url("/1"), site.url("/404"), site.url("/2"), site.url("/3")])
    assert site.connections == 1


def test_a_kept_connection_that_the_server_closed_is_no_failure(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})

    async def go() -> list[Response]:
        async with WebClient(fetch.settings()) as web:
            first = await web.get(Request(site.url("/1"), "a"))
            await asyncio.to_thread(loopback.hang_up, site)
            return [first, await web.get(Request(site.url("/2"), "a"))]

    assert [response.body for response in asyncio.run(go())] == [PAGE, PAGE]
    assert site.paths() == ["/1", "/2"]


@pytest.mark.parametrize("end", ["close", "abort"])
def test_a_server_that_hangs_up_at_the_second_request_gets_it_on_a_new_connection(
    loopback: Any, fetch: Any, end: str
) -> None:
    async def once(visit: Any) -> None:
        if visit.seen.connection == 1 and visit.seen.path != "/1":
            getattr(visit, end)()
        else:
            visit.write(loopback.http(200, PAGE))

    site = loopback.site({"*": once})
    results = fetch.all([site.url(f"/{n}") for n in (1, 2, 3)], per_host_delay_s=0.05)
    assert all(isinstance(result, Response) for result in results)
    assert site.paths() == ["/1", "/2", "/2", "/3"]
    assert site.gap() >= 0.05


def test_idle_connections_are_few_and_the_oldest_go_first(loopback: Any, fetch: Any) -> None:
    sites = [loopback.site({"*": loopback.reply(200, PAGE)}) for _ in range(6)]

    async def go() -> list[int]:
        async with WebClient(fetch.settings(concurrency=1)) as web:  # keeps two
            for site in sites:
                await web.get(Request(site.url(), "a"))
            await asyncio.sleep(0.05)
            return [site.open for site in sites]

    assert asyncio.run(go()) == [0, 0, 0, 0, 1, 1]


def test_an_idle_connection_is_closed_after_a_while(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    ahead_s = 0.0

    async def go() -> int:
        nonlocal ahead_s
        async with WebClient(fetch.settings(), clock=lambda: time.monotonic() + ahead_s) as web:
            await web.get(Request(site.url(), "a"))
            ahead_s = 60.0
            await asyncio.sleep(1.1)
            return site.open

    assert asyncio.run(go()) == 0


def test_leaving_closes_all_connections(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    fetch.all([site.url(f"/{n}") for n in range(4)], at_once=True)
    time.sleep(0.05)
    assert site.open == 0


# ----------------------------------------------------------------------------------- hosts to be left alone


def test_a_dead_host_with_many_pages_costs_three_attempts(loopback: Any, fetch: Any) -> None:
    async def silence(visit: Any) -> None:
        await asyncio.sleep(5)

    dead = loopback.site({"*": silence})
    alive = loopback.site({"*": loopback.reply(200, PAGE)})
    urls = [dead.url(f"/{n}") for n in range(300)] + [alive.url(f"/{n}") for n in range(30)]
    began = time.monotonic()
    results = fetch.all(urls, at_once=True, timeout_s=0.3, concurrency=8)
    assert time.monotonic() - began < 2
    assert len(dead.seen) <= 4
    assert all(isinstance(result, SourceError) and result.status == "timeout" for result in results[:300])
    assert isinstance(results[299], SourceError)
    assert results[299].detail.startswith("host skipped after")
    assert all(isinstance(result, Response) for result in results[300:])


def test_a_host_that_refuses_connections_is_skipped_too(fetch: Any) -> None:
    results = fetch.all([f"http://127.0.3.254:9/{n}" for n in range(50)], at_once=True, respect_robots=True)
    assert {result.status for result in results} == {"connection"}


def test_a_host_that_asked_for_a_long_rest_is_not_asked_again(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/1": loopback.reply(503, headers={"Retry-After": "120"}), "*": loopback.reply(200, PAGE)}
    )
    first, second = fetch.all([site.url("/1"), site.url("/2")])
    assert (first.status, first.retry_after_s) == ("rate_limited", 120)
    assert (second.status, second.detail) == ("rate_limited", "host asked to be left alone")
    assert 118 <= second.retry_after_s <= 120
    assert site.paths() == ["/1"]


def test_a_short_rest_makes_the_others_wait(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/1": loopback.reply(429, headers={"Retry-After": "1"}), "*": loopback.reply(200, PAGE)}
    )
    first, second = fetch.all([site.url("/1"), site.url("/2")])
    assert (first.status, first.retry_after_s) == ("rate_limited", 1)
    assert second.body == PAGE
    assert site.gaps()[0] >= 0.99


def test_all_hosts_failing_at_once_is_told_from_one_that_does(loopback: Any, fetch: Any) -> None:
    dead = [f"http://127.0.3.{n}:9/" for n in (251, 252, 253)]
    fetch.all(dead, at_once=True, respect_robots=True)
    assert fetch.client.network_down()
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    fetch.all([*dead, site.url()])
    assert not fetch.client.network_down()


def test_one_who_gives_up_in_the_queue_of_another_process_leaves_the_way_free(
    loopback: Any, fetch: Any, tmp_path: Path
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    settings = fetch.settings(per_host_connections=1)

    async def go() -> Response:
        limits = SharedLimits(tmp_path / "pace", time.monotonic)
        slot = limits.slot(f"{site.address}:{site.port}")
        taken = limits.try_connection(slot, 1)
        assert taken is not None
        async with WebClient(settings, pace_file=tmp_path / "pace") as web:
            task = asyncio.create_task(web.get(Request(site.url("/1"), "a")))
            await asyncio.sleep(0.1)
            assert site.seen == []
            task.cancel()
            limits.drop_connection(slot, taken)
            return await web.get(Request(site.url("/2"), "a"))

    assert asyncio.run(go()).body == PAGE
    assert site.paths() == ["/2"]


def test_one_who_is_cancelled_leaves_the_way_free(loopback: Any, fetch: Any) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.1)
        visit.write(loopback.http(200, PAGE))

    site = loopback.site({"*": slowly})

    async def go() -> Response:
        async with WebClient(
            fetch.settings(per_host_connections=1, per_host_delay_s=0.02, timeout_s=30)
        ) as web:
            tasks = [asyncio.create_task(web.get(Request(site.url(f"/{n}"), "a"))) for n in range(6)]
            for task in tasks[:5]:
                await asyncio.sleep(0.01)
                task.cancel()
            return await tasks[5]

    assert asyncio.run(go()).body == PAGE
    assert site.max_open == 1
