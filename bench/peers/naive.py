"""The script that one writes in an afternoon: `naive.py DATABASE FEED...`. One thing after the other, row by row."""

from __future__ import annotations

import sys

import duckdb
import feedparser
import httpx
import trafilatura


def main() -> None:
    database, *feeds = sys.argv[1:]
    rows = 0
    with duckdb.connect(database) as con, httpx.Client(timeout=20, follow_redirects=True) as client:
        con.execute(
            "CREATE TABLE articles (url VARCHAR PRIMARY KEY, title VARCHAR, author VARCHAR, date VARCHAR, text VARCHAR)"
        )
        for feed in feeds:
            for entry in feedparser.parse(client.get(feed).content).entries:
                answer = client.get(entry.link)
                document = trafilatura.bare_extraction(answer.text, url=entry.link, with_metadata=True)
                if answer.status_code == 200 and document is not None:
                    row = [entry.link, document.title, document.author, document.date, document.text]
                    con.execute("INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?)", row)
                    rows += 1
    print(rows)


if __name__ == "__main__":
    main()
