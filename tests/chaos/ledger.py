"""What must hold of the files, whatever was killed: looked up in the database and on disk, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from chaos.news import FOOTER, Paper


class Ledger:
    """The files of one monitor."""

    def __init__(self, folder: Path, papers: Sequence[Paper]) -> None:
        self.live = folder / "presswatch.duckdb"
        self.published = folder / "news.duckdb"
        self.spool = folder / "presswatch.duckdb.spool"
        # Patterns of files that are there for a moment: the moments that matter most, by how much they do.
        spooled, copied, logged = f"{self.spool.name}/[0-9]*", ".news.duckdb.new", f"{self.live.name}.wal"
        self.marks = (spooled, spooled, copied, logged, logged)
        self._papers = papers

    def broken_now(self) -> list[str]:
        """What is wrong at this moment, with no command running; much may be unfinished."""
        if not self.live.exists():
            return []
        with duckdb.connect(str(self.live)) as con:
            con.execute("SET TimeZone = 'UTC'")
            found = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'feeds'").fetchone()
            if found == (0,):
                return []
            return [*self._validators_ahead(con), *_doubles(con), *_miscounts(con)]

    def broken_at_the_end(self) -> list[str]:
        """What is wrong once a last round has gone through undisturbed."""
        with duckdb.connect(str(self.published), read_only=True) as con:
            told = [*self._articles(con), *self._validators_ahead(con), *_doubles(con), *_miscounts(con)]
        return [*told, *self._leftovers(), *self.broken_now()]

    def _validators_ahead(self, con: duckdb.DuckDBPyConnection) -> Iterator[str]:
        """An ETag is stored only with all that it stands for: as articles, or as links that wait."""
        known = {url for (url,) in con.execute("SELECT url FROM links").fetchall()}
        for feed_url, etag in con.execute("SELECT feed_url, etag FROM feeds WHERE etag <> ''").fetchall():
            for paper in self._papers:
                if paper.feed_url == feed_url and (missing := paper.listed.get(etag, frozenset()) - known):
                    yield f"the validator of {feed_url} ran ahead of {sorted(missing)[:3]}"

    def _articles(self, con: duckdb.DuckDBPyConnection) -> Iterator[str]:
        rows = con.execute("SELECT url, text, version FROM articles").fetchall()
        stored = {url: (text, version) for url, text, version in rows}
        if len(stored) != len(rows):
            yield f"{len(rows) - len(stored)} articles are stored twice"
        wanted = {paper.url(number): (paper, number) for paper in self._papers for number in paper.revisions}
        archived = {paper.archive_url(n) for paper in self._papers for n in range(1, paper.archived + 1)}
        if missing := wanted.keys() - stored.keys():
            yield f"{len(missing)} articles are missing: {sorted(missing)[:5]}"
        if unknown := stored.keys() - wanted.keys() - archived:
            yield f"articles that nobody wrote: {sorted(unknown)[:5]}"
        for url, (paper, number) in wanted.items():
            text = stored.get(url, ("", 0))[0]
            if url in stored and paper.marker(number, paper.revisions[number]) not in text:
                yield f"{url} is not at its revision {paper.revisions[number]}"

    def _leftovers(self) -> Iterator[str]:
        folder = self.live.parent
        for pattern in ("*.spool/*", "*.spool/.*", ".*.new", "*.wal", "*.tmp", "*.tmp/*"):
            yield from (f"left behind: {path.relative_to(folder)}" for path in folder.glob(pattern))


def _doubles(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for what, query in {
        "outcomes of one URL in one run": "SELECT run_id, url FROM outcomes GROUP BY ALL HAVING count(*) > 1",
        "versions": "SELECT article_id, version FROM article_versions GROUP BY ALL HAVING count(*) > 1",
        "texts of an article": """SELECT article_id, content_hash FROM article_versions
            GROUP BY ALL HAVING count(*) > 1""",
        "current versions": """SELECT article_id FROM article_versions WHERE superseded_at IS NULL
            GROUP BY ALL HAVING count(*) > 1""",
        "links": "SELECT link_hash FROM links GROUP BY ALL HAVING count(*) > 1",
        "feeds": "SELECT feed_url FROM feeds GROUP BY ALL HAVING count(*) > 1",
        "runs": "SELECT run_id FROM runs GROUP BY ALL HAVING count(*) > 1",
        "batches": "SELECT batch_id FROM batches GROUP BY ALL HAVING count(*) > 1",
    }.items():
        if found := con.execute(query).fetchall():
            yield f"{len(found)} {what} are there twice: {found[:3]}"


def _miscounts(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A line that stands in every article is counted at most once for each: a replayed batch would count again."""
    query = """
        SELECT b.source_id, b.articles, a.articles FROM boilerplate b
        JOIN (SELECT source_id, count(DISTINCT article_id) AS articles FROM article_versions GROUP BY ALL) a
          ON a.source_id = b.source_id
        WHERE b.sample = ? AND b.articles > a.articles
    """
    for source_id, counted, articles in con.execute(query, [FOOTER]).fetchall():
        yield f"a line of {source_id} is counted {counted} times in {articles} articles"
