"""docs/queries and docs/tutorial.md: every query runs on the published file alone, and shows what it really answers.

    UPDATE_DOCS=1 python -m pytest tests/storage/test_docs_for_analysts.py

writes the answers into the docs anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from desk import news_store
from desk.shown import Question, answer, opened, read_question, with_answers

DOCS = Path(__file__).parents[2] / "docs"
QUERIES = [read_question(path) for path in sorted((DOCS / "queries").glob("*.sql"))]
HEAD = """\
# Twenty questions

Each file here is a question in words and the SQL that answers it, with the published file and a stock DuckDB alone:

```
duckdb -readonly data/news.duckdb < docs/queries/09-biggest-stories.sql
presswatch sql - < docs/queries/09-biggest-stories.sql
```

What you would change stands at the top of each as `SET VARIABLE`. Tables, views and columns: [schema.md](../schema.md).
A first walk through: [tutorial.md](../tutorial.md). What they take on a million articles:
[performance-of-queries.md](../performance-of-queries.md).

The answers below are those of two weeks in a small made-up country; a test runs every query on them, and keeps this page
true. Times are in UTC.
"""


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(news_store(tmp_path_factory.mktemp("desk")).published) as con:
        yield con


def holds(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, f"run: UPDATE_DOCS=1 python -m pytest {Path(__file__).name}"


def test_the_page_of_queries_shows_what_they_answer(con):
    contents = "".join(f"{n}. [{each.question}](#{n})\n" for n, each in enumerate(QUERIES, 1))
    sections = "\n".join(_section(n, each, answer(con, each.sql)) for n, each in enumerate(QUERIES, 1))

    holds(DOCS / "queries" / "README.md", f"{HEAD}\n{contents}\n{sections}")


def _section(number: int, each: Question, shown: str) -> str:
    notes = f"{each.notes}\n\n" if each.notes else ""
    heading = f'## <a id="{number}"></a>{number}. {each.question}'
    return f"{heading}\n\n{notes}[{each.name}]({each.name})\n\n```sql\n{each.sql}\n```\n\n```text\n{shown}\n```\n"


def test_there_are_twenty_questions_and_each_ends_with_a_question_mark():
    assert len(QUERIES) == 20
    assert all(each.question.endswith("?") for each in QUERIES)


@pytest.mark.parametrize("each", QUERIES, ids=lambda each: each.name)
def test_every_query_has_an_answer_in_the_small_store(con, each):
    con.execute(each.sql)

    assert con.fetchall()


def test_the_tutorial_shows_what_its_queries_answer(con):
    page = DOCS / "tutorial.md"

    holds(page, with_answers(page.read_text("utf-8"), con))


def test_the_first_and_the_copies_are_told_as_they_were_written(con):
    con.execute(next(each.sql for each in QUERIES if "who-copied" in each.name))

    assert [(place, outlet, delay) for place, outlet, _, delay, *_ in con.fetchall()] == [
        (1, "Northpress", 0), (2, "The Harbour Times", 19), (3, "City Ledger", 47), (4, "Valley Echo", 95),
        (5, "The Lantern", 247),
    ]  # fmt: skip
