"""How often the signs of trouble are false alarms, and how soon they come: the evidence behind docs/health.md.

    python -m bench.health         # prints the tables of docs/health.md; two minutes

The decisions are the real ones (`storage.health.quiet`, `storage.health.template`, `extractors.gaps`); only the news
is simulated. Times of publication are those of bench/polling.py (newsrooms with their hours, weekends and bursts, and
feeds that publish in batches) over a year with 16 holidays on which three in ten articles appear. Articles have words
by a mixture of briefs and features that shifts from day to day, at night and at weekends, live blogs, and shares
without date, author or that are no article, of which each source has its own.
"""

from __future__ import annotations

import argparse
import bisect
import math
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bench.polling import START, Publisher, publishers, time_of
from extractors.gaps import detect_gap
from extractors.model import Feed, FeedState
from extractors.publication import observed_rate
from storage.health.quiet import WEEK_H, WEEKS, WINDOWS_H, Volume, comparisons, quiet_window, spread_of
from storage.health.template import (
    BLOCK,
    BLOCKS,
    HISTORY_DAYS,
    SETTLING_DAYS,
    Pages,
    Range,
    changes_of,
    rejects_of,
)

SEED = 20261124
YEAR_DAYS = 365
HOLIDAYS, HOLIDAY_SHARE = 16, 0.3
LEARNED_DAYS = 70  # until a source is judged in the simulation
LOOK_H = 4.0  # between two looks at a source that is well; one that falls silent is looked at every hour


# ------------------------------------------------------------------------------------------------------ silence


def hours_of(publisher: Publisher) -> list[float]:
    """When its articles were out, in hours since the start."""
    return [(time_of(entry) - START).total_seconds() / 3600 for entry in publisher.entries]


def with_holidays(times: Sequence[float], days: int, rng: random.Random) -> list[float]:
    """The same with fewer articles on holidays: a week at the end of the year, and single days."""
    off = {rng.randrange(days) for _ in range((HOLIDAYS - 7) * days // YEAR_DAYS)} | set(range(355, 362))
    return [at for at in times if int(at // 24) not in off or rng.random() < HOLIDAY_SHARE]


def volume_at(times: Sequence[float], now: float) -> Volume:
    """What is known of a source at `now`, as `quiet_sources` reads it from a copy."""

    def count(ends: float, hours: float) -> int:
        return bisect.bisect_right(times, ends) - bisect.bisect_right(times, ends - hours)

    weeks = int((now - times[0]) // WEEK_H) if times else 0
    counts, before = [], []
    for window_h in WINDOWS_H:
        period_h = WEEK_H * max(1, -(-window_h // WEEK_H))
        counts.append(count(now, window_h))
        times_before = range(1, comparisons(window_h, weeks) + 1)
        before.append(sum(count(now - period_h * k, window_h) for k in times_before))
    compared = min(WEEKS, weeks - 1)
    days: dict[int, tuple[int, int]] = {}
    for weekday in range(7):
        each = [count(now - 24 * weekday - WEEK_H * k, 24) for k in range(1, compared + 1)]
        days[weekday] = (sum(each), sum(n * n for n in each))
    return Volume(
        "a", weeks, tuple(counts), tuple(before), spread_of(days, compared) if compared > 0 else 3.0
    )


def silences(times: Sequence[float], since: float, until: float, step_h: float) -> Iterator[float]:
    """When a source is found to have gone quiet, each time that it begins."""
    was_quiet, now = False, since
    while now < until:
        is_quiet = quiet_window(volume_at(times, now)) is not None
        if is_quiet and not was_quiet:
            yield now
        was_quiet, now = is_quiet, now + step_h


def false_silences(sources: int, rng: random.Random, *, holidays: bool, days: int = YEAR_DAYS) -> float:
    """Alarms per source and year, of sources that never fall silent."""
    alarms, years = 0, 0.0
    for publisher in publishers(sources, days, rng):
        times = hours_of(publisher)
        times = with_holidays(times, days, rng) if holidays else times
        if times:
            alarms += len(list(silences(times, LEARNED_DAYS * 24, days * 24, LOOK_H)))
            years += (days - LEARNED_DAYS) / YEAR_DAYS
    return alarms / years


CLASSES = ((0.7, 1.5), (1.5, 4.0), (4.0, 15.0), (15.0, 60.0), (60.0, 200.0), (200.0, 500.0))  # articles a day


def silence_delays(each: int, rng: random.Random) -> dict[tuple[float, float], list[float]]:
    """Hours from the last article to the alarm, for `each` sources of every class; infinite after 40 days."""
    found: dict[tuple[float, float], list[float]] = {span: [] for span in CLASSES}
    while any(len(delays) < each for delays in found.values()):
        for publisher in publishers(20, 130, rng):
            times = hours_of(publisher)
            span = next((s for s in CLASSES if s[0] <= len(times) / 137 < s[1]), None)
            if span is None or len(found[span]) >= each:
                continue
            stop = rng.uniform(84, 90) * 24
            before = times[: bisect.bisect_left(times, stop)]
            told = next(silences(before, before[-1] + 1, before[-1] + 40 * 24, 1.0), math.inf)
            found[span].append(told - before[-1])
    return found


# -------------------------------------------------------------------------------------------------- new templates


@dataclass(frozen=True, slots=True)
class Article:
    """What a template shows in: `day` since the start, words, and whether something is missing or wrong."""

    day: float
    words: float
    undated: bool
    unsigned: bool
    removed: int
    rejected: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """Of one source: how it writes."""

    per_day: float
    words: float  # log of the median of a feature
    spread: float
    briefs: float
    weekend: float
    undated: float
    unsigned: float
    removed: float
    rejected: float


def habits(rng: random.Random, per_day: float | None = None) -> Habits:
    return Habits(
        per_day=per_day or min(max(rng.lognormvariate(math.log(8), 1.4), 0.1), 400.0),
        words=rng.uniform(5.3, 6.5),
        spread=rng.uniform(0.35, 0.8),
        briefs=rng.uniform(0, 0.5),
        weekend=rng.uniform(0.3, 1),
        undated=rng.choice((0, 0, 0, 0.01, 0.05, 0.3)),
        unsigned=rng.choice((0, 0.05, 0.2, 0.5, 0.8, 1)),
        removed=rng.uniform(0, 5),
        rejected=rng.choice((0, 0.01, 0.03, 0.1, 0.25)),
    )


CHANGES: dict[str, Callable[[Article, random.Random], Article]] = {
    "texts cut to 40 %": lambda a, _: Article(a.day, a.words * 0.4, *_rest(a)),
    "texts longer by 80 %": lambda a, _: Article(a.day, a.words * 1.8, *_rest(a)),
    "dates lost": lambda a, _: Article(a.day, a.words, True, a.unsigned, a.removed, a.rejected),
    "authors lost": lambda a, _: Article(a.day, a.words, a.undated, True, a.removed, a.rejected),
    "four more lines taken out": lambda a, _: Article(
        a.day, a.words, a.undated, a.unsigned, a.removed + 4, a.rejected
    ),
    "60 % rejected": lambda a, rng: Article(
        a.day, a.words, a.undated, a.unsigned, a.removed, rng.random() < 0.6
    ),
}
SIGNS = dict(zip(CHANGES, ("shorter", "longer", "undated", "unsigned", "removed", "rejected"), strict=True))


def _rest(article: Article) -> tuple[bool, bool, int, bool]:
    return article.undated, article.unsigned, article.removed, article.rejected


def articles(of: Habits, days: int, rng: random.Random) -> Iterator[Article]:
    """Every article of `days`, oldest first."""
    for day in range(days):
        is_weekend = day % 7 >= 5
        level = of.per_day * (of.weekend if is_weekend else 1) * rng.lognormvariate(0, 0.3)
        briefs = min(of.briefs * rng.lognormvariate(0, 0.35) + 0.1 * is_weekend, 0.9)
        undated = _varied(of.undated, 0.05, rng) if of.undated > 0.02 else of.undated
        unsigned = _varied(of.unsigned, 0.12, rng) if 0 < of.unsigned < 1 else of.unsigned
        rejected = min(of.rejected * rng.lognormvariate(0, 0.6), 0.9)
        has_blog = rng.random() < 0.03
        for hour in sorted(rng.gauss(14, 5) % 24 for _ in range(_poisson(level, rng))):
            is_night = hour < 7
            is_brief = rng.random() < briefs * (1.8 if is_night else 1)
            words = rng.lognormvariate(of.words - 1.3 * is_brief, 0.3 if is_brief else of.spread)
            yield Article(
                day=day + hour / 24,
                words=words * (1.6 if has_blog and rng.random() < 0.3 else 1),
                undated=rng.random() < undated,
                unsigned=rng.random() < unsigned * (1.3 if is_night else 1),
                removed=max(0, round(rng.gauss(of.removed, 1.2))),
                rejected=rng.random() < rejected,
            )


def _varied(share: float, by: float, rng: random.Random) -> float:
    return min(max(rng.gauss(share, by), 0.0), 1.0)


def _poisson(mean: float, rng: random.Random) -> int:
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def signs_at(seen: Sequence[Article], now: float) -> frozenset[str]:
    """The signs at day `now`, from blocks cut as `template_changes` cuts them."""
    days = [article.day for article in seen]
    end, first = bisect.bisect_right(days, now), bisect.bisect_right(days, now - HISTORY_DAYS)
    settled = bisect.bisect_right(days, now - SETTLING_DAYS)
    size = max(BLOCK, math.ceil((settled - first) / (HISTORY_DAYS - SETTLING_DAYS)))
    starts = [start for start in range(end - 2 * size, first - 1, -size) if start + size <= settled]
    if len(starts) < BLOCKS or end == settled:
        return frozenset()
    blocks = [_figures(seen[start : start + size]) for start in starts]
    now_figures = _figures(seen[end - size : end])
    ranges = [
        Range(value, min(block[i] for block in blocks), max(block[i] for block in blocks))
        for i, value in enumerate(now_figures)
    ]
    found = [*changes_of(Pages("a", size, *ranges[:6])), *rejects_of("a", ranges[6], size)]
    return frozenset(change.sign for change in found)


def _figures(block: Sequence[Article]) -> tuple[float, ...]:
    """The figures of `Pages`, in its order, and the share of pages rejected."""
    count, words = len(block), statistics.quantiles((a.words for a in block), n=4, method="inclusive")
    return (
        words[1],
        words[0],
        words[2],
        sum(a.undated for a in block) / count,
        sum(a.unsigned for a in block) / count,
        statistics.median(a.removed for a in block),
        sum(a.rejected for a in block) / count,
    )


def false_changes(sources: int, rng: random.Random, days: int = YEAR_DAYS) -> tuple[float, Counter[str]]:
    """Signs per source and year, and how many of each, of sources whose pages never change."""
    alarms: Counter[str] = Counter()
    for _ in range(sources):
        seen = list(articles(habits(rng), days, rng))
        before: frozenset[str] = frozenset()
        for day in range(LEARNED_DAYS, days):
            now = signs_at(seen, float(day))
            alarms.update(now - before)
            before = now
    years = sources * (days - LEARNED_DAYS) / YEAR_DAYS
    return alarms.total() / years, alarms


def change_delays(change: str, per_day: float, sources: int, rng: random.Random) -> list[float]:
    """Days from a change to its sign, for sources of that volume; infinite where none came in two weeks."""
    delays = []
    for _ in range(sources):
        seen = list(articles(habits(rng, per_day), 95, rng))
        changed = [CHANGES[change](a, rng) if a.day >= 80 else a for a in seen]
        looks = (80 + quarter / 4 for quarter in range(1, 57))
        told = next((day for day in looks if SIGNS[change] in signs_at(changed, day)), math.inf)
        delays.append(told - 80)
    return delays


# --------------------------------------------------------------------------------------------------------- gaps


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was missed in an outage, what is said of it, and what the density of the list alone would say."""

    missed: int
    estimated: int
    by_density: float


def gap_estimates(feeds: Sequence[Publisher], hours: float, rng: random.Random) -> list[Estimate]:
    """Of each feed that rolled over in an outage of so many hours."""
    found = []
    for publisher in feeds:
        since = START + timedelta(hours=rng.uniform(240, 480))
        now = since + timedelta(hours=hours)
        before, after = publisher.published_by(since), publisher.published_by(now)
        missed = after - before - publisher.listed
        if missed < 1 or before < 5:
            continue
        listed = publisher.entries[after - publisher.listed : after]
        earlier = [time_of(entry) for entry in publisher.entries[max(0, before - publisher.listed) : before]]
        state = FeedState(
            "https://a.example/rss",
            "a",
            last_polled_at=since,
            next_poll_at=since + timedelta(minutes=10),
            newest_entry_at=earlier[-1],
            entries_per_day=observed_rate(earlier, since),
        )
        gap = detect_gap(state, Feed(state.feed_url, "", listed[::-1]), now)
        span = max((time_of(listed[-1]) - time_of(listed[0])).total_seconds(), 60)
        density = (time_of(listed[0]) - since).total_seconds() / span * (len(listed) - 1)
        found.append(Estimate(missed, gap.estimated_articles if gap else 0, density))
    return found


# ------------------------------------------------------------------------------------------------------- tables


def silence_table(sources: int, each: int, rng: random.Random) -> str:
    without = false_silences(sources, rng, holidays=False)
    holidays = false_silences(sources, rng, holidays=True)
    lines = [
        f"False alarms per source and year: {without:.2f}, with holidays {holidays:.2f}.",
        "",
        "| articles a day | told after: median | 90 % of them |",
        "| --- | ---: | ---: |",
    ]
    for (low, high), delays in silence_delays(each, rng).items():
        lines.append(
            f"| {low:g} to {high:g} | {_hours(_share(delays, 0.5))} | {_hours(_share(delays, 0.9))} |"
        )
    return "\n".join(lines)


def change_table(sources: int, each: int, rng: random.Random) -> str:
    rate, alarms = false_changes(sources, rng)
    told = ", ".join(f"{sign} {count}" for sign, count in alarms.most_common())
    volumes = (5.0, 40.0, 200.0)
    lines = [
        f"False alarms per source and year: {rate:.2f} ({told or 'none'}; {sources} sources).",
        "",
        "| what changes | " + " | ".join(f"{volume:g} a day" for volume in volumes) + " |",
        "| --- |" + " ---: |" * len(volumes),
    ]
    for change in CHANGES:
        cells = []
        for volume in volumes:
            delays = change_delays(change, volume, each, rng)
            seen = [delay for delay in delays if delay < math.inf]
            days = f"{statistics.median(seen):.1f} days, " if seen else ""
            cells.append(f"{days}{len(seen) / len(delays):.0%} seen")
        lines.append(f"| {change} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def gap_table(feeds: int, rng: random.Random) -> str:
    pool = publishers(feeds, 30, rng)
    lines = [
        "| outage | feeds that rolled over | off by a factor of: median | 90 % within | all of them | by density |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for hours in (24, 72, 168):
        found = gap_estimates(pool, hours, rng)
        off = [math.exp(abs(math.log(max(each.estimated, 0.5) / each.missed))) for each in found]
        missed = sum(each.missed for each in found)
        lines.append(
            f"| {_hours(hours)} | {len(found)} | {_share(off, 0.5):.1f} | {_share(off, 0.9):.1f} | "
            f"{sum(each.estimated for each in found) / missed:.1f} times | "
            f"{sum(each.by_density for each in found) / missed:.1f} times |"
        )
    return "\n".join(lines)


def _share(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _hours(hours: float) -> str:
    if math.isinf(hours):
        return "not in 40 days"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def main() -> None:
    """Simulate, and print the tables."""
    parser = argparse.ArgumentParser(description="False alarms and delays of what `status` says.")
    parser.add_argument("--sources", type=int, default=100, help="that are well, for a year")
    parser.add_argument("--each", type=int, default=20, help="that fall silent or change, of each kind")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    print("## Silence\n\n" + silence_table(args.sources, args.each, random.Random(args.seed)))
    print("\n## Changed pages\n\n" + change_table(args.sources, args.each, random.Random(args.seed)))
    print("\n## Gaps\n\n" + gap_table(4 * args.sources, random.Random(args.seed)))


if __name__ == "__main__":
    main()
