"""Stories: how well copies are found, what it costs, and whether the join stays flat.

    python bench/stories.py [--corpus] [--shared ../shared/bench] [--half report|tune] [--join]

The project's own stories (tests/corpus/stories) first: articles of which it is known who copies whom.

Then real texts (`articles/truth.jsonl`), in two halves by the hash of their ids: parameters were chosen on one, the
other is reported. Copies are made of them as agencies' customers make them: some sentences rewritten, cut from the
end, the site's own lines around. Among the others there are the hard ones: a quotation in common, a follow-up with
the background of the first report, a digest of several reports, one site's template.
`--join` measures the committer's join with 10,000 and 1,000,000 stored articles instead.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from story_cases import START, Case, Score, corpus_cases, scored

from extractors.model import ArticleVersion, Fingerprint, Provenance, Record
from extractors.stories.fingerprints import chosen_keys
from extractors.urls import hash64, identity
from storage.store import Store

ROOT = Path(__file__).resolve().parent.parent
MIN_WORDS = 60
CUTS = (1.0, 1.0, 0.7, 0.5, 0.35)  # which part of the wire a customer prints


def originals(shared: Path, half: str) -> list[str]:
    rows = [json.loads(line) for line in (shared / "articles" / "truth.jsonl").open(encoding="utf-8")]
    wanted = {"tune": (0,), "report": (1,), "all": (0, 1)}[half]
    return [
        row["text"]
        for row in rows
        if hash64(row["id"]) % 2 in wanted and len(row["text"].split()) >= MIN_WORDS
    ]


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+|\n\n|(?<=[。！？])", text) if s.strip()]


def rewritten(text: str, share: float, others: Sequence[str], rng: random.Random) -> str:
    """A share of the sentences changed, every one in another way: dropped, replaced, new words in it."""
    kept = []
    for sentence in sentences(text):
        if rng.random() >= share:
            kept.append(sentence)
            continue
        way = rng.randrange(3)
        if way == 1:
            kept.append(rng.choice(sentences(rng.choice(others))))
        elif way == 2:
            words = sentence.split()
            for _ in range(max(1, len(words) // 4)):
                words[rng.randrange(len(words))] = rng.choice(["said", "also", "new", "officials", "later"])
            kept.append(" ".join(words))
    return " ".join(kept)


def cut(text: str, share: float) -> str:
    words = text.split()
    return " ".join(words[: max(40, int(len(words) * share))]) if len(words) > 40 else text


SITES = tuple(
    (
        f"{name} brings you the news of {town} and the country around it, every day from six in the morning.",
        (
            f"You have read this on {name}. Our newsroom in {town} is glad of hints by letter, telephone or mail. All "
            f"rights in texts and pictures are with {name} or with those who gave them to us."
        ),
    )
    for name, town in (
        ("Harbour Times", "Westport"),
        ("Morning Courier", "Oldbridge"),
        ("Valley Observer", "Greenhill"),
        ("City Gazette", "Kingsmouth"),
        ("Northern Post", "Stonefield"),
    )
)


def on_site(text: str, rng: random.Random) -> str:
    head, foot = rng.choice(SITES)
    return "\n\n".join([head, text, foot][rng.randrange(2) :])


def copies(texts: Sequence[str], share: float, rng: random.Random) -> Iterator[Case]:
    """Every original, and three copies of it."""
    for number, text in enumerate(texts):
        yield Case(text, str(number), "original")
        for _ in range(3):
            part = cut(text, rng.choice(CUTS))
            yield Case(on_site(rewritten(part, share, texts, rng), rng), str(number), "copy")


def hard_ones(texts: Sequence[str], unused: Sequence[str], rng: random.Random) -> Iterator[Case]:
    """Articles that share something with an original, and tell something else: `unused` texts, each once."""
    for number, (text, new) in enumerate(zip(texts, unused, strict=False)):
        words, own = text.split(), new.split()[:400]
        match number % 4:
            case 0:  # one statement of 45 words, quoted by both
                yield Case(" ".join([*own[:30], *words[:45], *own[30:]]), None, "quotation")
            case 1:  # a quarter is the background that the first report had too
                yield Case(" ".join([*own, *words[-max(20, len(own) // 3) :]]), None, "follow-up")
            case 2:  # a digest: the beginnings of eight reports
                items = [" ".join(other.split()[:60]) for other in texts[number * 8 : number * 8 + 8]]
                if len(items) == 8:
                    yield Case("\n\n".join(items), None, "digest")
            case _:  # nothing in common but the site's own lines
                yield Case(on_site(" ".join(own), rng), None, "other")
    for number in range(60):  # reports that a program writes: the same sentences, other names and numbers
        yield Case(_market_report(number, rng), None, "template")


def _market_report(number: int, rng: random.Random) -> str:
    names = [
        f"{a}{b}" for a in ("Al", "Bor", "Cen", "Dur", "Eka") for b in ("tor", "vis", "gon", "mex", "lin")
    ]
    name, rival, third = rng.sample(names, 3)
    n = [rng.randrange(100, 999) for _ in range(12)]
    return (
        f"Shares of {name} closed at {n[0]}.{n[1] % 100} on day {number}, which is {n[2]} points more than the week "
        f"before. {name} sold {n[3]} machines in the quarter and {n[4]} in the year. Analysts of {rival} had counted "
        f"on {n[5]}, those of {third} on {n[6]}. The board of {name} wants to pay {n[7]} cents a share. {rival} lost "
        f"{n[8]} points in the same time and stood at {n[9]}. {third} won {n[10]} and is now worth {n[11]} millions. "
        f"{name} has {n[1]} people at work in {n[2] % 40} countries; {rival} has {n[4]}, and {third} {n[5]}."
    )


# ------------------------------------------------------------------------------------------------ what comes out


def measure_quality(texts: Sequence[str]) -> None:
    print(f"{len(texts)} originals; pairs of articles, all against all")
    for share in (0.0, 0.1, 0.2, 0.3):
        rng = random.Random(7)
        half = len(texts) // 2
        cases = [*copies(texts[:half], share, rng), *hard_ones(texts[:half], texts[half:], rng)]
        print(f"{share:4.0%} of sentences changed: {_figures(scored(cases))}")


def _figures(score: Score) -> str:
    return f"precision {score.precision:.4f}  recall {score.recall:.4f}  {dict(score.blamed())}"


def measure_corpus() -> None:
    """The project's own stories; by kind of article, how many of the pairs that it is in are found, or joined wrongly."""
    cases = corpus_cases()
    score = scored(cases)
    print(f"{len(cases)} articles of {len({case.group for case in cases})} groups: {_figures(score)}")
    true = Counter(
        case.kind
        for pair in combinations(cases, 2)
        if pair[0].origin and pair[0].origin == pair[1].origin
        for case in pair
    )
    missed = Counter(case.kind for pair in score.missed for case in pair)
    wrong = Counter(case.kind for pair in score.wrong for case in pair)
    for kind, count in Counter(case.kind for case in cases).most_common():
        found = (
            f"{true[kind] - missed[kind]} of {true[kind]} pairs found" if true[kind] else "to be left apart"
        )
        print(f"  {kind:45} {count:3} articles, {found}, {wrong[kind]} joined wrongly")
    for name, pairs in (("wrong", score.wrong), ("missed", score.missed)):
        for one, other in pairs:
            print(f"  {name}: {one.label} | {other.label}")


def measure_cost(texts: Sequence[str]) -> None:
    started = time.process_time()
    for text in texts:
        chosen_keys(text)
    spent = (time.process_time() - started) / len(texts) * 1e3
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"fingerprint: {spent:.2f} ms an article of {words:.0f} words")


# --------------------------------------------------------------------------------------------- what the join costs

KEYS = 35  # of an article of 550 words
BATCH = 500
_FILL = """
INSERT INTO article_versions BY NAME
SELECT hash(i)::BIGINT AS article_id, 's' || i % 300 AS source_id, 'u' AS url, 'u' AS canonical_url, 't' AS title,
  [] AS authors, 'x' AS "text", 1 AS word_count, [] AS tags, $now AS first_seen_at, $now AS fetched_at, 1 AS version,
  {'title': '', 'authors': '', 'text': '', 'published_at': '', 'time_precision': '', 'time_offset': '',
   'language': '', 'canonical_url': '', 'losers': [], 'extractor': ''} AS provenance,
  i AS content_hash, [] AS removed, $now AS stored_at, hash(i)::BIGINT AS link_hash
FROM range($rows) r(i)
"""
_FILL_STORIES = """
INSERT INTO story_texts
SELECT article_id, source_id, content_hash, $now, $now, $keys, 24, NULL, NULL FROM article_versions LIMIT $remembered
"""
_FILL_KEYS = """
INSERT INTO story_keys
SELECT (hash(article_id, k) & 4294967295)::BIGINT - 2147483648, article_id
FROM story_texts, range($keys) r(k) ORDER BY article_id
"""


def measure_join(sizes: Sequence[int]) -> None:
    """CPU of a commit of 500 articles, of which a hundred are copies of stored ones, with and without stories."""
    print("stored     remembered  CPU ms an article: without stories  with stories   stories alone")
    for rows in sizes:
        for remembered in dict.fromkeys((min(rows, rows * 7 // 90), rows)):
            with tempfile.TemporaryDirectory() as folder:
                without, with_stories = _commit_cost(Path(folder), rows, remembered)
            print(
                f"{rows:9,}  {remembered:9,}  {without:35.2f}  {with_stories:12.2f}  {with_stories - without:14.2f}",
                flush=True,
            )


def fill(store: Store, rows: int, remembered: int) -> None:
    """Put so many articles into a new database, of which the last `remembered` are compared with new ones."""
    with store.live.opened() as con:
        con.execute("SET memory_limit = '4GB'")
        con.execute(_FILL.replace("hash(i)::BIGINT", "(hash(i) >> 1)::BIGINT"), {"rows": rows, "now": START})
        con.execute(_FILL_STORIES, {"now": START, "keys": KEYS, "remembered": remembered})
        con.execute(_FILL_KEYS, {"keys": KEYS})
        con.execute("CHECKPOINT")


def _commit_cost(folder: Path, rows: int, remembered: int) -> tuple[float, float]:
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    store.migrate()
    fill(store, rows, remembered)
    with store.live.opened() as con:
        stored = con.execute(
            "SELECT list(story_key) FROM story_keys WHERE article_id IN (SELECT article_id FROM story_texts LIMIT 400) "
            "GROUP BY article_id"
        ).fetchall()
    rng = random.Random(1)
    spent: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(6):
        for fingerprinted in (False, True):
            _spool(
                store, rng, f"{turn} {fingerprinted}", [row[0] for row in stored] if fingerprinted else None
            )
            started = time.process_time()
            store.commit(START)
            spent[fingerprinted].append((time.process_time() - started) / BATCH * 1e3)
    return statistics.median(spent[False]), statistics.median(spent[True])


def _spool(store: Store, rng: random.Random, name: str, stored: Sequence[list[int]] | None) -> None:
    """New articles; a fifth of them shares most keys with a stored one."""
    versions, prints = [], []
    for number in range(BATCH):
        url = f"https://x.example/{name.replace(' ', '-')}/{number}"
        made = ArticleVersion(
            identity(url), "s1", url, url, "t", (), START, None, "en", "x", 1, None, (), None, None, None, START, START,
            hash64(url), (), Provenance("", "", "", "", "second", "stated", "", "", (), ""),
        )  # fmt: skip
        versions.append(made)
        keys = [rng.randrange(-(2**31), 2**31) for _ in range(KEYS)]
        if stored and number % 5 == 0:
            keys[: KEYS - 5] = rng.choice(stored)[: KEYS - 5]
        prints.append(Fingerprint(made.article_id, made.content_hash, 24, tuple(keys)))
    store.spool(Record(name, "run", versions=tuple(versions), fingerprints=tuple(prints) if stored else ()))


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    options.add_argument("--half", choices=("tune", "report", "all"), default="report")
    options.add_argument("--corpus", action="store_true", help="the project's own stories alone")
    options.add_argument(
        "--join", type=int, nargs="*", metavar="STORED", help="measure the join at these sizes"
    )
    chosen = options.parse_args()
    if chosen.join is not None:
        measure_join(chosen.join or (10_000, 1_000_000))
        return
    measure_corpus()
    if chosen.corpus:
        return
    texts = originals(chosen.shared, chosen.half)
    measure_quality(texts)
    measure_cost(texts)


if __name__ == "__main__":
    main()
