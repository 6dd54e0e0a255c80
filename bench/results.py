"""Where the figures of `make bench` are kept: the raw runs as data, the table and a plot in the docs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from webs import ROOT

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "bench" / "results"
BEGIN, END = "<!-- make bench: {web} -->", "<!-- end of make bench: {web} -->"


def write_results(
    arguments: argparse.Namespace,
    machine: Mapping[str, str | int],
    runs: Mapping[str, Sequence[float]],
    rows: Sequence[Mapping[str, Any]],
    table: str,
) -> None:
    """Keep one measurement: its raw runs, its table and its plot, or where it is a second one (`--again`) how far its
    figures are from the first. The runs before it stay in git's history."""
    web: str = arguments.web
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / (f"{web}-again.json" if arguments.again else f"{web}.json")
    data = {
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "web": web,
        "articles": arguments.articles,
        "turns": arguments.turns,
        "stored": arguments.stored,
        "machine": machine,
        "rows": rows,
        "runs": runs,
    }
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = (
        f"{arguments.articles:,} articles on {machine['cores']} cores, Python {machine['python']}, median of "
        f"{arguments.turns} turns, {data['at']}; the runs: `{path.relative_to(ROOT)}`.\n\n"
    )
    if arguments.again:
        first = json.loads((RESULTS / f"{web}.json").read_text(encoding="utf-8"))["rows"]
        mark, text = f"{web}, again", text + beside(first, rows)
    else:
        plot(rows, ROOT / "docs" / f"performance-{web}.svg")
        mark, text = (
            web,
            f"{text}{table}\n\n![measured against what was to be reached](performance-{web}.svg)",
        )
    put_between(PAGE, BEGIN.format(web=mark), END.format(web=mark), text)


def beside(first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]) -> str:
    """Two runs side by side, as Markdown: how far each figure of the second is from that of the first."""
    values = {(row["what"], row["against"]): row["value"] for row in first}
    lines = ["| what | against | first | second | |", "| --- | --- | ---: | ---: | ---: |"]
    for row in second:
        before = values.get((row["what"], row["against"]))
        if before:
            change = f"{before:.3g} | {row['value']:.3g} | {row['value'] / before - 1:+.0%}"
            lines.append(f"| {row['what']} | {row['against'] or '–'} | {change} |")
    return "\n".join(lines)


def put_between(page: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks of a page."""
    whole = page.read_text(encoding="utf-8")
    before, rest = whole.split(begin, 1)
    _, after = rest.split(end, 1)
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Each figure as a share of what was to be reached: within the line is reached."""
    import vl_convert

    shares = [
        {
            "what": row["what"] + (f" / {row['against']}" if row["against"] else ""),
            "share": row["target"] / row["value"] if row["at_least"] else row["value"] / row["target"],
            "reached": "reached" if row["reached"] else "not reached",
        }
        for row in rows
        if row["value"] > 0
    ]
    bars = {
        "mark": {"type": "bar", "height": 12},
        "encoding": {
            "x": {
                "field": "share",
                "type": "quantitative",
                "title": "share of the target (left of the line is reached)",
            },
            "y": {
                "field": "what",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 520},
            },
            "color": {
                "field": "reached",
                "type": "nominal",
                "title": None,
                "scale": {"domain": ["reached", "not reached"], "range": ["#2f6f4f", "#b5482f"]},
            },
        },
    }
    line = {"mark": {"type": "rule", "color": "#444"}, "encoding": {"x": {"datum": 1}}}
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 22 * len(shares),
        "data": {"values": shares},
        "layer": [bars, line],
    }
    path.write_text(vl_convert.vegalite_to_svg(chart), encoding="utf-8")
