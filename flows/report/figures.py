"""What the charts of a press review show, and the same as tables: rows out of `ReportData`. Pure, but for `Draw`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flows.report.drawing import Row
from flows.report.wording import cut, day_text, number_of
from storage.review.records import ReportData, ReportRequest, Step, Volume, WatchlistFigures

OUTLETS_CHARTED = 12  # rows of a heat map that an eye compares; the rest is one row
VOICES_CHARTED = 7
LABELS, LABELS_OF_OUTLETS = 7, 4  # on an axis of 410 and of 285 units
COLUMNS_OF_A_TABLE = 16
_UNITS: dict[Step, str] = {"day": "day", "week": "week", "month": "month"}

Draw = Callable[[str, Sequence[Row], str, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a chart; the first cell of each row is its head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, what it shows, and its numbers in one table or, where that would be too wide, in several."""

    svg: str
    title: str
    tables: tuple[Table, ...]


def steps_of(request: ReportRequest) -> tuple[date, ...]:
    """All steps of time of the charts, those without an article included."""
    day = _start_of_step(request.context_since.date(), request.step)
    last = (request.until - timedelta(microseconds=1)).astimezone(UTC).date()
    steps = []
    while day <= last:
        steps.append(day)
        day = _next_step(day, request.step)
    return tuple(steps)


def volume_figure(data: ReportData, draw: Draw) -> Figure:
    """Articles of all outlets by step of time, with what was missed."""
    steps = steps_of(data.request)
    total = {step: [0, 0, 0] for step in steps}
    for volume in data.volumes:
        counts = total.setdefault(volume.step, [0, 0, 0])
        counts[0] += volume.articles
        counts[1] += volume.estimated_missing
        counts[2] += volume.has_gap
    rows: list[Row] = [
        {
            "step": step.isoformat(), "articles": articles, "missing": missing, "top": articles + missing,
            "gap": bool(gaps), "kind": _kind(step, data.request),
        }
        for step, (articles, missing, gaps) in total.items()
    ]  # fmt: skip
    unit = _UNITS[data.request.step]
    title = f"Articles a {unit}, all outlets"
    marked = [step for step, counts in total.items() if counts[2]]
    alt = f"{title}: {_spoken(steps, lambda step: total[step][0])}." + (
        f" {number_of(len(marked), unit)} with a gap." if marked else ""
    )
    missed = {
        step: f"{missing:,}" if missing else "some" if gaps else ""
        for step, (_, missing, gaps) in total.items()
    }
    lines = {"Articles": {step: f"{counts[0]:,}" for step, counts in total.items()}}
    if marked:
        lines["Probably missed"] = missed
    return Figure(
        draw("volume", rows, alt, _labelled(steps)), title, _by_step(lines, steps, data.request.step)
    )


def outlets_figure(data: ReportData, draw: Draw) -> Figure:
    """Articles by outlet and step of time: the outlets that publish most; the others are in the table, together."""
    steps = steps_of(data.request)
    outlets, others = _by_outlet(data.volumes, steps)
    largest = max((cell.articles for cells in outlets.values() for cell in cells), default=0) or 1
    names = _told_apart(outlets)
    rows: list[Row] = [
        {
            "outlet": names[outlet], "step": cell.step.isoformat(), "gap": cell.has_gap,
            "share": (cell.articles / largest) ** 0.5,
        }
        for outlet, cells in outlets.items() for cell in cells
    ]  # fmt: skip
    unit = _UNITS[data.request.step]
    title = f"Articles by outlet and {unit}"
    counts = {outlet: sum(cell.articles for cell in cells) for outlet, cells in outlets.items()}
    alt = f"{title}: " + ", ".join(f"{names[outlet]} {count:,}" for outlet, count in counts.items()) + "."
    lines = [*outlets.items(), *([(others[0].outlet, others)] if others else [])]
    table = _outlets_table(lines, steps, data.request.step)
    return Figure(draw("outlets", rows, alt, _labelled(steps, LABELS_OF_OUTLETS)), title, (table,))


def mentions_figure(watchlist: WatchlistFigures, request: ReportRequest, draw: Draw) -> Figure:
    """Articles that mention a watchlist, by step of time."""
    steps = steps_of(request)
    counts = dict.fromkeys(steps, 0) | dict(watchlist.steps)
    rows: list[Row] = [
        {"step": step.isoformat(), "articles": count, "kind": _kind(step, request)}
        for step, count in counts.items()
    ]
    unit = _UNITS[request.step]
    title = f"Articles a {unit}"
    alt = f"{title} that mention {watchlist.watchlist_id}: {_spoken(steps, lambda step: counts[step])}."
    lines = {"Articles": {step: f"{count:,}" for step, count in counts.items()}}
    return Figure(draw("mentions", rows, alt, _labelled(steps)), title, _by_step(lines, steps, request.step))


def voices_figure(watchlist: WatchlistFigures, draw: Draw) -> Figure:
    """Share of voice: the outlets by their articles that mention a watchlist."""
    voices = watchlist.voices
    charted = voices if watchlist.outlets <= VOICES_CHARTED else voices[: VOICES_CHARTED - 1]
    names = _told_apart(dict.fromkeys(voice.outlet for voice in charted))
    rows: list[Row] = [
        {
            "outlet": names[voice.outlet], "articles": voice.articles, "kind": "outlet",
            "label": f"{voice.articles:,} · {_percent(voice.articles, watchlist.articles)}",
        }
        for voice in charted
    ]  # fmt: skip
    rest = watchlist.articles - sum(voice.articles for voice in charted)
    if rest > 0:
        rows.append(
            {
                "outlet": number_of(watchlist.outlets - len(charted), "other"), "articles": rest, "kind": "others",
                "label": f"{rest:,} · {_percent(rest, watchlist.articles)}",
            }
        )  # fmt: skip
    title = "Share of voice"
    alt = f"{title}, {watchlist.watchlist_id}: " + ", ".join(
        f"{row['outlet']} {row['label']}" for row in rows
    )
    table = Table(
        ("Outlet", "Articles", "Share of voice", "Share of its own"),
        tuple(
            (
                voice.outlet, f"{voice.articles:,}", _percent(voice.articles, watchlist.articles),
                _percent(voice.articles, voice.of),
            )
            for voice in voices
        ),
    )  # fmt: skip
    return Figure(draw("voices", rows, alt, ()), title, (table,))


# ------------------------------------------------------------------------------------------------- outlets, steps


def _by_outlet(
    volumes: Iterable[Volume], steps: Sequence[date]
) -> tuple[dict[str, list[Volume]], list[Volume]]:
    """The cells of each outlet, one for each step, those that publish most first; and those of all others together."""
    known: dict[str, dict[date, Volume]] = {}
    for volume in volumes:
        known.setdefault(volume.outlet, {})[volume.step] = volume
    ordered = sorted(known, key=lambda name: (-sum(cell.articles for cell in known[name].values()), name))
    single = ordered if len(ordered) <= OUTLETS_CHARTED + 1 else ordered[:OUTLETS_CHARTED]
    rest = ordered[len(single) :]
    cells = {
        name: [known[name].get(step) or Volume(name, step, 0, False, 0) for step in steps] for name in single
    }
    if not rest:
        return cells, []
    label = number_of(len(rest), "other")
    return cells, [
        _together(label, step, [known[name][step] for name in rest if step in known[name]]) for step in steps
    ]


def _together(label: str, step: date, parts: Sequence[Volume]) -> Volume:
    """Several outlets as one."""
    articles, missing = sum(part.articles for part in parts), sum(part.estimated_missing for part in parts)
    return Volume(label, step, articles, any(part.has_gap for part in parts), missing)


def _outlets_table(lines: Sequence[tuple[str, Sequence[Volume]]], steps: Sequence[date], step: Step) -> Table:
    """An outlet a row, with its steps where a page has room for so many; the steps with a gap have a star."""
    wide = len(steps) <= COLUMNS_OF_A_TABLE
    gaps = any(cell.has_gap for _, cells in lines for cell in cells)
    head = [
        "Outlet (* with a gap)" if gaps and wide else "Outlet",
        *((_step_text(each, step) for each in steps) if wide else ()),
        "Articles",
        *(("Missed",) if gaps else ()),
    ]
    rows = []
    for outlet, cells in lines:
        missed, has_gap = sum(cell.estimated_missing for cell in cells), any(cell.has_gap for cell in cells)
        rows.append(
            (
                outlet,
                *((f"{cell.articles:,}{'*' if cell.has_gap else ''}" for cell in cells) if wide else ()),
                f"{sum(cell.articles for cell in cells):,}",
                *((f"{missed:,}" if missed else "some" if has_gap else "",) if gaps else ()),
            )
        )
    return Table(tuple(head), tuple(rows))


def _told_apart(names: Iterable[str]) -> dict[str, str]:
    """Short names for an axis, no two the same: an axis takes equal ones for one."""
    short: dict[str, str] = {}
    for name in names:
        label, number = cut(name, 22) or "?", 2
        while label in short.values():
            label, number = f"{cut(name, 18)} ({number})", number + 1
        short[name] = label
    return short


def _start_of_step(day: date, step: Step) -> date:
    if step == "month":
        return day.replace(day=1)
    return (
        day - timedelta(days=day.weekday()) if step == "week" else day
    )  # DuckDB's weeks begin on Mondays too


def _next_step(day: date, step: Step) -> date:
    if step == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)


def _kind(step: date, request: ReportRequest) -> str:
    """Whether a step reaches into the period, or shows what was before it."""
    end = datetime.combine(_next_step(step, request.step), datetime.min.time(), UTC)
    return "period" if end > request.since else "before"


def _labelled(steps: Sequence[date], most: int = LABELS) -> list[str]:
    """Some steps at equal distances, the last one among them."""
    every = -(-len(steps) // most) or 1
    return [step.isoformat() for number, step in enumerate(reversed(steps)) if number % every == 0]


def _by_step(lines: Mapping[str, Mapping[date, str]], steps: Sequence[date], step: Step) -> tuple[Table, ...]:
    """A column for each step, so many in one table as a page is wide; a row for each of the lines."""
    unit = _UNITS[step].capitalize()
    return tuple(
        Table(
            (unit, *(_step_text(each, step) for each in part)),
            tuple((name, *(cells.get(each, "") for each in part)) for name, cells in lines.items()),
        )
        for at in range(0, len(steps), COLUMNS_OF_A_TABLE)
        for part in (steps[at : at + COLUMNS_OF_A_TABLE],)
    )


def _step_text(day: date, step: Step) -> str:
    return f"{day:%b %Y}" if step == "month" else day_text(day)


def _spoken(steps: Sequence[date], count: Callable[[date], int]) -> str:
    """A chart in a few words: its first, its last and its highest value."""
    if not steps:
        return "nothing"
    top = max(steps, key=count)
    return (
        f"{count(steps[0]):,} on {day_text(steps[0])}, {count(steps[-1]):,} on {day_text(steps[-1])}, "
        f"at the most {count(top):,} on {day_text(top)}"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
