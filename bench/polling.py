"""What learning each feed's pace saves, and what it costs in time, against polling all feeds at one interval.

    python -m bench.polling        # simulates, writes docs/polling.svg, prints the table of docs/polling.md

The decisions are the real ones (`extractors.polling`); only the web is simulated: 150 feeds for 21 days, whose
times of publication follow what news sites do. Rates are log-normal, so that a few feeds bring most of the
articles; each feed has its hours of the day and its weekends; one article in four brings others within minutes; a
sixth of the feeds publish in batches at fixed hours. A feed lists its last 10 to 100 entries; four in five answer
304 when nothing is new.
"""

from __future__ import annotations

import argparse
import bisect
import heapq
import math
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extractors import polling
from extractors.model import Entry, Feed, FeedState, Moment, Response, Validators

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
WARM_UP_DAYS = 7  # learned in, not counted
FEEDS, DAYS, SEED = 150, 21, 20260302
PLOT = Path(__file__).parent.parent / "docs" / "polling.svg"


@dataclass(frozen=True, slots=True)
class Publisher:
    """One feed's future: all entries it will publish, oldest first, and how many of them it lists."""

    entries: tuple[Entry, ...]
    listed: int
    answers_304: bool

    def published_by(self, now: datetime) -> int:
        """How many entries are out at `now`."""
        return bisect.bisect_right(self.entries, now, key=time_of)


@dataclass(frozen=True, slots=True)
class Result:
    """Of one way of polling: requests per feed and day, how late articles were seen, how many never were."""

    name: str
    requests_per_day: float
    lags_s: tuple[float, ...]  # sorted
    missed: int

    def lag_s(self, share: float) -> float:
        """The lag that `share` of the articles had at most."""
        return self.lags_s[min(len(self.lags_s) - 1, int(share * len(self.lags_s)))]


def time_of(entry: Entry) -> datetime:
    """When an entry was published; simulated ones always say so."""
    return entry.published.at if entry.published else START


# ------------------------------------------------------------------------------------------------ the publishers


def publishers(count: int, days: int, rng: random.Random) -> list[Publisher]:
    """`count` feeds with `days` of entries, and a week before, so that their lists are full from the start."""
    return [_publisher(number, days, rng) for number in range(count)]


def _publisher(number: int, days: int, rng: random.Random) -> Publisher:
    per_day = min(max(rng.lognormvariate(math.log(8), 1.4), 0.1), 400.0)
    in_batches = rng.random() < 1 / 6
    # Nobody publishes hundreds at once.
    hours = _batches(min(per_day, 30.0), days, rng) if in_batches else _newsroom(per_day, days, rng)
    times = sorted(START + timedelta(hours=hour) for hour in hours)
    entries = tuple(
        Entry(f"https://{number}.example/{index}", published=Moment(at)) for index, at in enumerate(times)
    )
    return Publisher(entries, listed=rng.choice((10, 20, 30, 50, 100)), answers_304=rng.random() < 0.8)


def _newsroom(per_day: float, days: int, rng: random.Random) -> Iterator[float]:
    """Hours since the start, by thinning: a day's curve with its peak in the feed's own zone, slower weekends."""
    peak, weekend = rng.uniform(0, 24), rng.uniform(0.3, 1.0)
    hour = -7 * 24.0
    while hour < days * 24:
        hour += rng.expovariate(per_day / 24 * 2.6)
        day_share = max(0.06, 0.5 + 0.5 * math.cos((hour % 24 - peak) / 24 * 2 * math.pi)) * 1.6
        week_share = weekend if int(hour // 24) % 7 >= 5 else 1.0
        if rng.random() < day_share * week_share / 2.6:
            yield hour
            if rng.random() < 0.25:
                yield from (hour + rng.uniform(0, 0.3) for _ in range(rng.randint(1, 4)))


def _batches(per_day: float, days: int, rng: random.Random) -> Iterator[float]:
    """Hours since the start, of a feed that publishes all it has at one to four fixed hours."""
    hours = [rng.uniform(0, 24) for _ in range(rng.randint(1, 4))]
    for day in range(-7, days):
        for hour in hours:
            size = round(rng.expovariate(len(hours) / per_day))
            yield from (day * 24 + hour + rng.uniform(0, 0.1) for _ in range(size))


# ----------------------------------------------------------------------------------------------------- polling


def simulate(
    name: str, feeds: Sequence[Publisher], days: int, *, fixed_s: float | None, round_s: float = 0
) -> Result:
    """Poll `feeds` for `days`, each at `fixed_s` or, if None, at its learned pace, in rounds every `round_s`."""
    rng = random.Random(SEED)
    lags: list[float] = []
    requests = missed = 0
    counted_from, end = START + timedelta(days=WARM_UP_DAYS), START + timedelta(days=days)
    queue = [(START + timedelta(seconds=rng.uniform(0, 600)), number) for number in range(len(feeds))]
    heapq.heapify(queue)
    states = [FeedState(f"https://{number}.example/", str(number)) for number in range(len(feeds))]
    seen = [feed.published_by(START) for feed in feeds]
    while queue and queue[0][0] < end:
        due, number = heapq.heappop(queue)
        now = _round_after(due, round_s)
        publisher = feeds[number]
        out = publisher.published_by(now)
        new = publisher.entries[max(seen[number], out - publisher.listed) : out]
        if now >= counted_from:
            requests += 1
            missed += out - seen[number] - len(new)
            lags.extend((now - time_of(entry)).total_seconds() for entry in new)
        if fixed_s is not None:
            next_at = due + timedelta(seconds=fixed_s)
        else:
            states[number] = _after_poll(states[number], publisher, out, bool(new), now, rng)
            next_at = states[number].next_poll_at or now
        seen[number] = out
        heapq.heappush(queue, (next_at, number))
    per_feed_day = requests / len(feeds) / (days - WARM_UP_DAYS)
    return Result(name, per_feed_day, tuple(sorted(lags)), missed)


def _round_after(due: datetime, round_s: float) -> datetime:
    """The first round in which a feed is due: `polling.is_due` lets a feed in that is due a moment later."""
    if round_s <= 0:
        return due
    elapsed = (due - START).total_seconds() - polling.DUE_SLACK_S
    return START + timedelta(seconds=max(0, math.ceil(elapsed / round_s)) * round_s)


def _after_poll(
    state: FeedState, publisher: Publisher, out: int, is_new: bool, now: datetime, rng: random.Random
) -> FeedState:
    url = state.feed_url
    if state.last_polled_at is not None and publisher.answers_304 and not is_new:
        return polling.after_not_modified(state, Response(url, url, 304, b"", "", Validators()), now, rng)
    entries = publisher.entries[max(0, out - publisher.listed) : out][::-1]
    answer = Response(url, url, 200, b"", "", Validators())
    return polling.after_success(state, answer, Feed(url, "", entries), now, rng)


# ----------------------------------------------------------------------------------------------------- results


def run_all(feeds: Sequence[Publisher], days: int) -> list[Result]:
    """Polling at fixed intervals, at the learned pace, and at the fixed interval that costs as much as that."""
    learned = simulate("learned", feeds, days, fixed_s=None)
    alike_s = 86_400 / learned.requests_per_day
    fixed = [
        simulate(f"every {seconds // 60} minutes", feeds, days, fixed_s=seconds)
        for seconds in (300, 600, 1_800, 3_600)
    ]
    alike = simulate(f"every {alike_s / 60:.0f} minutes", feeds, days, fixed_s=alike_s)
    rounds = [
        simulate(f"learned, rounds every {seconds // 60} minutes", feeds, days, fixed_s=None, round_s=seconds)
        for seconds in (300, 600)
    ]
    by_cost = sorted((*fixed, alike), key=lambda result: -result.requests_per_day)
    return [*by_cost, learned, *rounds]


def table(results: Sequence[Result]) -> str:
    """The results as a table in Markdown; lags in minutes."""
    lines = [
        "| polling | requests per feed and day | lag: median | mean | p95 | never seen |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for result in results:
        lags = (result.lag_s(0.5), statistics.fmean(result.lags_s), result.lag_s(0.95))
        minutes = " | ".join(f"{lag / 60:.1f}" for lag in lags)
        share = result.missed / (result.missed + len(result.lags_s))
        lines.append(f"| {result.name} | {result.requests_per_day:.0f} | {minutes} | {share:.1%} |")
    return "\n".join(lines)


WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 400, 56, 24, 24, 48
LAST_MINUTE = 45
COLOURS = ("#7a7f87", "#c2571a", "#0b6e99")


def plot(curves: Sequence[Result]) -> str:
    """SVG: the share of the articles that were seen within so many minutes."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def point(minute: float, share: float) -> str:
        return f"{LEFT + minute / LAST_MINUTE * across:.1f},{TOP + (1 - share) * down:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-size="13">',
        "<style>text { font-family: system-ui, sans-serif }</style>",
        "<title>Share of articles seen, by minutes since their publication</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for percent in range(0, 101, 25):
        y = TOP + (1 - percent / 100) * down
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e3e5e8"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{percent} %</text>')
    for minute in range(0, LAST_MINUTE + 1, 5):
        x = LEFT + minute / LAST_MINUTE * across
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 26}" text-anchor="middle" fill="#444">{minute}</text>')
    parts.append(
        f'<text x="{LEFT + across / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#444">'
        "minutes from publication until it was seen</text>"
    )
    for place, (result, colour) in enumerate(zip(curves, COLOURS, strict=True)):
        minutes = [quarter / 4 for quarter in range(LAST_MINUTE * 4 + 1)]
        points = " ".join(point(minute, _share_within(result, minute * 60)) for minute in minutes)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        label = f"{result.name}: {result.requests_per_day:.0f} requests per feed and day"
        y = TOP + down - 64 + place * 22
        parts.append(
            f'<text x="{WIDTH - RIGHT - 12}" y="{y}" text-anchor="end" fill="{colour}">{label}</text>'
        )
    return "\n".join((*parts, "</svg>", ""))


def _share_within(result: Result, seconds: float) -> float:
    return bisect.bisect_right(result.lags_s, seconds) / (len(result.lags_s) + result.missed)


def main() -> None:
    """Simulate; print the table and write the plot."""
    parser = argparse.ArgumentParser(description="What learning each feed's pace saves, and what it costs.")
    parser.add_argument("--feeds", type=int, default=FEEDS)
    parser.add_argument("--days", type=int, default=DAYS, help=f"of which {WARM_UP_DAYS} are not counted")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--plot", type=Path, default=PLOT)
    args = parser.parse_args()
    results = run_all(publishers(args.feeds, args.days, random.Random(args.seed)), args.days)
    print(table(results))
    learned = next(result for result in results if result.name == "learned")
    ten = next(result for result in results if result.name == "every 10 minutes")
    alike = min(
        (result for result in results if result.name.startswith("every")),
        key=lambda result: abs(result.requests_per_day - learned.requests_per_day),
    )
    args.plot.write_text(plot((ten, alike, learned)), encoding="utf-8")
    share = learned.requests_per_day / ten.requests_per_day
    print(f"\nlearned: {share:.2f} of the requests of every 10 minutes", file=sys.stderr)


if __name__ == "__main__":
    main()
