"""How well articles are extracted: `presswatch extract --batch` on real pages, against floors that only rise.

    python bench/extraction.py [--shared ../shared/bench] [--no-floors]

The project's own corpus is always measured (its facts); the real pages and their scorer lie outside of the
project, and are measured where they are. Exit 1 below a floor.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "bench" / "floors.json"
CORPUS = ROOT / "tests" / "corpus" / "pages"
SETS = {"news": (), "sites": ("--learn",), "articles": ()}
SHOWN = ("P", "R", "F1", "must_have", "must_not_have", "title", "date", "time", "authors", "language")


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    options.add_argument("--no-floors", action="store_true", help="measure, and exit 0 whatever comes out")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {"corpus": measure_corpus(Path(folder))}
        if (chosen.shared / "score.py").exists():
            for name, extra in SETS.items():
                figures[name] = measure_set(chosen.shared, name, extra, Path(folder))
        else:
            print(f"the real pages are not at {chosen.shared}: only the project's own corpus is measured")
    show(figures)
    return 0 if chosen.no_floors else below_floors(figures)


def measure_set(shared: Path, name: str, extra: tuple[str, ...], folder: Path) -> dict[str, float]:
    """The scorer's figures for one set of real pages."""
    rows = [json.loads(line) for line in (shared / name / "truth.jsonl").open(encoding="utf-8")]
    asked = [
        {
            "id": row["id"],
            "url": row.get("url") or "",
            "file": str(shared / name / "html" / f"{row['id']}.html.gz"),
            "fetched_at": row.get("crawled_at"),
        }
        for row in rows
    ]
    out = folder / f"{name}.out.jsonl"
    extract(asked, out, folder, *extra)
    scored = subprocess.run(
        [sys.executable, str(shared / "score.py"), str(shared / name), str(out), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(scored.stdout))


def measure_corpus(folder: Path) -> dict[str, float]:
    """The share of pages of our own writing with the right title, authors, moment and language."""
    cases = [
        (path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(CORPUS.glob("*.json"))
    ]
    config = folder / "config.yaml"
    config.write_text(json.dumps(corpus_config(cases)), encoding="utf-8")
    asked = [
        {
            "id": name,
            "url": case["url"],
            "file": str(CORPUS / f"{name}.html"),
            "fetched_at": case["fetched_at"],
        }
        for name, case in cases
    ]
    out = folder / "corpus.out.jsonl"
    extract(asked, out, folder, "--config", str(config))
    answers = {row["id"]: row for row in map(json.loads, out.open(encoding="utf-8"))}
    keys = {"title": "title", "authors": "authors", "time": "published_at", "language": "language"}
    return {"pages": len(cases)} | {
        shown: sum(
            answers[name][key] == case["expected"].get(key, answers[name][key]) for name, case in cases
        )
        / len(cases)
        for shown, key in keys.items()
    }


def corpus_config(cases: list[tuple[str, dict[str, str]]]) -> dict[str, object]:
    """A config with each page's site as a source, for its timezone. (JSON is YAML as well.)"""
    sources = {
        case["url"].split("/")[2]: {
            "id": name.replace(".", "-"),
            "name": name,
            "feeds": [f"https://{case['url'].split('/')[2]}/feed"],
            "timezone": case.get("timezone") or "UTC",
        }
        for name, case in cases
    }
    return {"database": "corpus.duckdb", "published": "corpus-news.duckdb", "sources": list(sources.values())}


def extract(asked: list[dict[str, object]], out: Path, folder: Path, *extra: str) -> None:
    """Run the command as a user would."""
    listed = folder / f"{out.name}.in"
    listed.write_text("".join(json.dumps(row) + "\n" for row in asked), encoding="utf-8")
    command = [sys.executable, "-m", "flows", "extract", "--batch", str(listed), "--out", str(out), *extra]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"extract --batch ended with {done.returncode}")
    errors = [str(row["error"]) for row in map(json.loads, out.open(encoding="utf-8")) if row["error"]]
    bugs = [error for error in errors if "a bug in presswatch" in error]
    if bugs:
        raise SystemExit("\n".join(bugs))


def show(figures: dict[str, dict[str, float]]) -> None:
    print(f"{'set':<10}" + "".join(f"{name:>14}" for name in ("pages", *SHOWN)))
    for name, row in figures.items():
        cells = [str(row.get("pages", ""))] + [f"{row[key]:.4f}" if key in row else "" for key in SHOWN]
        print(f"{name:<10}" + "".join(f"{cell:>14}" for cell in cells))


def below_floors(figures: dict[str, dict[str, float]]) -> int:
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    missed = [
        f"{name} {key}: {figures[name].get(key, 0.0):.4f} is below its floor of {floor:.4f}"
        for name, row in floors.items()
        if name in figures
        for key, floor in row.items()
        if figures[name].get(key, 0.0) < floor
    ]
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
