"""What a trial of a deployment has shown: figures in words, and what is not as it should be."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from wire import Requests

CONNECTIONS = 2  # per_host_connections, as it is by default
SLACK = 0.9  # of the delay between two starts: what the kernel and the other side's loop add to one and not the other


@dataclass(frozen=True)
class Call:
    """A command of an operator."""

    name: str
    wall_s: float
    code: int
    stderr: str


@dataclass(frozen=True)
class Look:
    """Memory of the deployment in MB (PSS), by kind of process."""

    at: float
    mb: dict[str, float]


@dataclass(frozen=True)
class Strike:
    """A kill, in seconds since 1970."""

    at: float
    kinds: tuple[str, ...]


@dataclass
class Seen:
    """All that was seen."""

    calls: list[Call] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    sessions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    flow_runs: list[dict[str, Any]] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)
    wire: Requests | None = None
    wrong: list[str] = field(default_factory=list)
    backfill_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True)
class Round:
    """A row of `runs`, in seconds since 1970; one that was killed ends with its last outcome."""

    status: str
    began: float
    ended: float


def verdict(seen: Seen, published: Path, delay_s: float) -> tuple[list[str], list[str]]:
    """What was found, and of it what is wrong."""
    wrong = list(seen.wrong)
    with duckdb.connect(str(published), read_only=True) as con:
        rounds = rounds_of(con)
        lines = [
            *articles(seen, con, wrong),
            *lateness(seen, con, wrong),
            *rounds_in_words(seen, rounds, wrong),
        ]
    lines += [*politeness(seen, delay_s, wrong), *callers(seen, wrong), *memory(seen.looks)]
    lines.append(f"the backfill took {seen.backfill_s:.0f} s, its kill and second start included")
    lines.append(f"SIGTERM: all gone in {seen.end_s:.1f} s")
    return lines, wrong


def articles(seen: Seen, con: duckdb.DuckDBPyConnection, wrong: list[str]) -> list[str]:
    hosts = sources_of(con)
    wanted = {each["url"] for each in published_ones(seen, hosts)}
    stored = [url for (url,) in con.execute("SELECT url FROM articles").fetchall()]
    ways = con.execute(
        "SELECT feed_url IS NULL, count(*) FROM article_versions WHERE version = 1 GROUP BY ALL"
    ).fetchall()
    by_backfill = dict(ways).get(True, 0)
    versions = one(con, "SELECT count(*) FROM article_versions WHERE version > 1")
    twice = len(stored) - len(set(stored))
    missing, more = wanted - set(stored), set(stored) - wanted
    for what, found in (("missing", missing), ("not of the list", more)):
        if found:
            wrong.append(f"{len(found)} articles {what}: {sorted(found)[:3]}")
    if twice:
        wrong.append(f"{twice} articles stored twice")
    if versions:
        wrong.append(f"{versions} second versions, of articles that nobody has edited")
    asked = seen.stats["total"]["by_kind"].get("article", 0)
    return [
        (
            f"articles: {len(wanted)} published, {len(stored)} stored ({by_backfill} of them by the backfill), "
            f"{len(missing)} missing, {twice} twice; pages asked for more than once: {asked - len(stored)}"
        )
    ]


def published_ones(seen: Seen, hosts: set[int]) -> list[dict[str, Any]]:
    return [
        each
        for each in seen.manifest["articles"]
        if each["visible"] and each["allowed"] and not each["fault"] and each["site"] in hosts
    ]


def sources_of(con: duckdb.DuckDBPyConnection) -> set[int]:
    return {
        int(source.removeprefix("site"))
        for (source,) in con.execute("SELECT source_id FROM sources").fetchall()
    }


def lateness(seen: Seen, con: duckdb.DuckDBPyConnection, wrong: list[str]) -> list[str]:
    """Of what was published while it ran: stored by the end of the second round that polled its feed, or late.

    A page that the web gave and a kill took counts as any other.
    """
    polls: dict[str, list[tuple[float, float]]] = {}
    for url, at, end in con.execute(
        "SELECT o.url, epoch(o.at), epoch(coalesce(r.finished_at, o.at)) FROM outcomes o JOIN runs r USING (run_id) "
        "WHERE o.stage = 'feed' ORDER BY o.at"
    ).fetchall():
        polls.setdefault(url, []).append((at, end))
    stored = dict(
        con.execute("SELECT url, epoch(fetched_at) FROM article_versions WHERE version = 1").fetchall()
    )
    began = one(con, "SELECT epoch(min(started_at)) FROM runs")
    feeds = {site["index"]: site["feed"] for site in seen.manifest["sites"]}
    lags, late = [], 0
    for each in published_ones(seen, sources_of(con)):
        at = datetime.fromisoformat(each["published"]).timestamp()
        if at < began or each["url"] not in stored:
            continue
        lags.append(stored[each["url"]] - at)
        after = [end for polled, end in polls.get(feeds[each["site"]], []) if polled > at + 1]
        late += len(after) > 1 and stored[each["url"]] > after[1] + 1
    if late:
        wrong.append(f"{late} articles later than two polls of their feed")
    lags.sort()
    return [
        (
            f"published meanwhile: {len(lags)}, seen after {statistics.median(lags):.0f} s (median), "
            f"{lags[int(0.95 * len(lags))]:.0f} s (p95), {lags[-1]:.0f} s at most; later than two polls: {late}"
        )
    ]


def rounds_of(con: duckdb.DuckDBPyConnection) -> list[Round]:
    rows = con.execute(
        "SELECT r.status, epoch(r.started_at), epoch(coalesce(r.finished_at, max(o.at), r.started_at)) "
        "FROM runs r LEFT JOIN outcomes o USING (run_id) WHERE r.command = 'run' "
        "GROUP BY r.run_id, r.status, r.started_at, r.finished_at ORDER BY r.started_at"
    ).fetchall()
    return [Round(*row) for row in rows]


def rounds_in_words(seen: Seen, rounds: Sequence[Round], wrong: list[str]) -> list[str]:
    overlaps = sum(after.began < before.ended for before, after in itertools.pairwise(rounds))
    if overlaps:
        wrong.append(f"{overlaps} rounds began before the one before them had ended")
    states = Counter(run["state_name"] for run in seen.flow_runs)
    under_way = [run for run in seen.flow_runs if run["state_type"] in ("RUNNING", "PENDING", "CANCELLING")]
    if len(under_way) > 1:
        wrong.append(f"zombies: {[(run['name'], run['state_name']) for run in under_way]}")
    lines = [
        (
            f"rounds: {dict(Counter(each.status for each in rounds))}, overlapping {overlaps}, median "
            f"{statistics.median(each.ended - each.began for each in rounds):.1f} s; Prefect: {dict(states)}"
        )
    ]
    for strike in seen.strikes:
        ends = [each.ended for each in rounds if each.began > strike.at and each.status == "done"]
        what = " + ".join(strike.kinds)
        if ends:
            lines.append(f"kill -9 {what}: the next round was done after {min(ends) - strike.at:.0f} s")
        else:
            wrong.append(f"no round after kill -9 {what}")
    return lines


def politeness(seen: Seen, delay_s: float, wrong: list[str]) -> list[str]:
    hosts = [each for each in seen.stats["hosts"].values() if each["requests"]]
    most = max(each["max_connections"] for each in hosts)
    gap_s = min(each["min_gap_ms"] for each in hosts if each["min_gap_ms"] is not None) / 1000
    forbidden = sum(each["disallowed"] for each in hosts)
    shortest_s, connections = (seen.wire.gap_s, seen.wire.connections) if seen.wire else (gap_s, most)
    if connections > CONNECTIONS:
        wrong.append(f"{connections} connections to one host")
    if shortest_s < delay_s * SLACK:
        wrong.append(f"{shortest_s * 1000:.0f} ms between two requests to one host")
    if forbidden:
        wrong.append(f"{forbidden} requests that robots.txt forbids")
    lines = [
        (
            f"sites saw: {sum(each['requests'] for each in hosts)} requests, at most {most} connections at once, "
            f"at least {gap_s * 1000:.0f} ms between two, {forbidden} of what robots.txt forbids"
        )
    ]
    if seen.wire:
        lines.append(
            f"on the wire: {seen.wire.count} requests to {seen.wire.hosts} hosts, at least "
            f"{seen.wire.gap_s * 1000:.1f} ms between two to one of them, at most {seen.wire.connections} connections at "
            "once"
        )
    return lines


def callers(seen: Seen, wrong: list[str]) -> list[str]:
    lines = []
    for name in sorted({call.name for call in seen.calls}):
        calls = [call for call in seen.calls if call.name == name]
        failed = [call for call in calls if call.code != 0]
        if failed:
            wrong.append(f"{name} ended with {failed[0].code} ({len(failed)} times): {failed[0].stderr}")
        lines.append(
            f"{name}: {len(calls)} times, exit 0 in {len(calls) - len(failed)}, wall "
            f"{statistics.median(call.wall_s for call in calls):.1f} s (median), "
            f"{max(call.wall_s for call in calls):.1f} s at most"
        )
    for way, looks in seen.sessions.items():
        bad = sum(each["wrong"] for each in looks)
        if bad or not looks:
            wrong.append(f"the session {way!r} saw {bad} things go in {len(looks)} looks")
        took = [each["took_s"] for each in looks]
        lines.append(
            f"session {way}: {len(looks)} looks, {looks[0]['articles']} to {looks[-1]['articles']} articles, "
            f"{statistics.median(took):.2f} s (median), {max(took):.2f} s at most, {bad} things gone"
        )
    return lines


def memory(looks: Sequence[Look]) -> list[str]:
    """The start, the middle and the end are fifths: medians of what stands, and the most of all together."""
    fifth = max(len(looks) // 5, 1)
    parts = {"start": looks[:fifth], "middle": looks[2 * fifth : 3 * fifth], "end": looks[-fifth:]}
    lines = []
    for name, part in parts.items():
        kinds = sorted({kind for look in part for kind in look.mb})
        medians = (
            f"{kind} {statistics.median(look.mb[kind] for look in part if kind in look.mb):.0f}"
            for kind in kinds
        )
        most = max(sum(look.mb.values()) for look in part)
        lines.append(f"memory (MB, PSS), {name}: {', '.join(medians)}; all together at most {most:.0f}")
    return lines


def one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None
