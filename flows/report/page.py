"""The page of a press review: `ReportData` put into words, charts and the template.

Whatever the template writes is made safe twice: control characters and marks of direction are taken out, then HTML
is escaped. Only what `drawing` made is markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.report import wording
from flows.report.drawing import drawn
from flows.report.figures import (
    Draw,
    Figure,
    mentions_figure,
    outlets_figure,
    voices_figure,
    volume_figure,
)  # fmt: skip
from flows.safe_text import safe_text
from storage.review.records import ReportData, WatchlistFigures

WATCHLISTS_CHARTED = 8  # two charts each, 0.1 s of CPU a chart; the others are a line in a table
STALE_MINUTES = 180


@dataclass(frozen=True, slots=True)
class WatchlistView:
    """A watchlist and its charts; none where nothing mentions it."""

    figures: WatchlistFigures
    over_time: Figure | None = None
    by_outlet: Figure | None = None


def press_review(data: ReportData, written_at: datetime, draw: Draw = drawn) -> str:
    """The page as HTML, complete in itself: no script, and nothing that a browser would fetch."""
    charted = [
        watchlist for watchlist in data.watchlists if watchlist.articles or any(n for _, n in watchlist.steps)
    ]
    views = [
        WatchlistView(
            watchlist,
            mentions_figure(watchlist, data.request, draw),
            voices_figure(watchlist, draw) if watchlist.voices else None,
        )
        for watchlist in charted[:WATCHLISTS_CHARTED]
    ]
    shown = {view.figures.watchlist_id for view in views}
    return _environment().get_template("press_review.html.j2").render(
        data=data,
        totals=data.totals,
        request=data.request,
        written_at=written_at,
        style=Markup(_style()),  # noqa: S704 - our own file
        watchlists=views,
        plain_watchlists=[each for each in data.watchlists if each.watchlist_id not in shown],
                volume=volume_figure(data, draw) if data.volumes else None,
        outlets=outlets_figure(data, draw) if data.volumes else None,
        stale=_stale(data),
        in_short=in_short(data),
    )  # fmt: skip


def in_short(data: ReportData) -> tuple[str, ...]:
    """The review in a few sentences."""
    totals = data.totals
    if not totals.articles:
        return ("No articles are known of this period.",)
    compared = wording.change_text(totals.articles, totals.articles_before)
    articles = wording.number_of(totals.articles, "article")
    first = f"{articles} from {wording.number_of(totals.sources, 'outlet')}"
    sentences = [
        f"{first}, {compared} than in the period before."
        if compared.endswith(("more", "fewer"))
        else f"{first}."
    ]
    story = next(iter(data.stories), None)
    if story is not None and story.outlets > 1:
        sentences.append(
            f"Told most widely, by {story.outlets:,} outlets: {wording.cut(story.title, 110).rstrip('.')}."
        )
    named = [
        f"{each.watchlist_id} in {wording.number_of(each.articles, 'article')}"
        for each in data.watchlists[:3]
        if each.articles
    ]
    if named:
        sentences.append(f"Of the watchlists, {wording.listed(named)}.")
    return tuple(sentences)


def _stale(data: ReportData) -> bool:
    """Whether nothing is known of a part of the period, since no feed was asked then."""
    known = data.known_until
    return known is not None and (data.request.until - known).total_seconds() > 60 * STALE_MINUTES


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.report", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    environment.filters |= {
        name: getattr(wording, name)
        for name in (
            "after_text", "change_text", "correction_text", "cut", "day_text", "delay_text", "hours_text",
            "lead_sentence", "listed", "moment_text", "number_of", "period_detail", "period_title",
            "span_text", "web_link",
        )
    }  # fmt: skip
    environment.globals |= {"changed_words": wording.changed_words, "quoted": wording.quoted}
    environment.filters["drawing"] = Markup
    return environment


def _shown(value: Any) -> Any:
    """What a place in the template shows of a value: text made safe for it; `Markup` is ours."""
    return safe_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _style() -> str:
    return files("flows.report").joinpath("press_review.css").read_text(encoding="utf-8")
