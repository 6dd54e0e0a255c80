"""The schema: made once and whole, said in words, and the questions that its views answer."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.model import Gap, Record, Source
from storage.errors import StorageError
from storage.migrate import migrate, migrations, newest_migration
from storage.schema_doc import schema_page
from storage.store import Store

DAY = timedelta(days=1)
DOCS = Path(__file__).parents[2] / "docs"


def test_every_table_view_column_and_macro_has_its_comment():
    with duckdb.connect() as con:
        migrate(con)

        for listed in ("tables", "views", "columns", "functions"):
            assert (
                con.execute(
                    f"SELECT * FROM duckdb_{listed}() WHERE NOT internal AND coalesce(comment, '') = ''"
                ).fetchall()
                == []
            )


def test_the_page_about_the_schema_is_what_the_database_says():
    assert (DOCS / "schema.md").read_text("utf-8") == schema_page(), (
        "run: python -m storage.schema_doc > docs/schema.md"
    )


def test_migrating_again_does_nothing():
    with duckdb.connect() as con:
        assert migrate(con)
        assert newest_migration(con) == migrations()[-1][0]
        assert not migrate(con)


def test_changed_views_are_made_anew_without_a_migration():
    with duckdb.connect() as con:
        migrate(con)
        con.execute("UPDATE meta SET value = 'of an older program' WHERE name = 'layer'")
        con.execute("CREATE OR REPLACE VIEW latest AS SELECT 1 AS x")

        assert migrate(con)
        assert len(con.execute("SELECT * FROM latest").description or ()) > 1


def test_a_migration_that_fails_leaves_nothing_behind(monkeypatch):
    broken = [*migrations(), (9999, "CREATE TABLE half (x INTEGER); SELECT nonsense;")]
    monkeypatch.setattr("storage.migrate.migrations", lambda: broken)
    with duckdb.connect() as con:
        with pytest.raises(duckdb.Error):
            migrate(con)
        assert newest_migration(con) == 0
        assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_a_database_of_a_newer_program_is_refused_in_one_line(store):
    with duckdb.connect(str(store.database)) as con:
        con.execute("INSERT INTO schema_version VALUES (9000, now())")

    with pytest.raises(StorageError, match=r"has schema 9000.* upgrade presswatch") as caught:
        store.migrate()
    assert "\n" not in str(caught.value)


def test_an_empty_database_answers_every_view(rows):
    for view in (
        "articles", "latest", "daily_volume", "source_health", "articles_as_of(now())",
        "coverage", "first_reports", "share_of_voice", "edits",
    ):  # fmt: skip
        assert rows(f"SELECT * FROM {view}") == []


def test_texts_are_packed_with_zstd(store, make, now):
    store.spool(make.record("b1", make.version(text="A long and winding text. " * 400)))
    store.commit(now)
    with duckdb.connect(str(store.database), read_only=True) as con:
        found = con.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('article_versions') "
            "WHERE column_name = 'text' AND segment_type = 'VARCHAR'"
        ).fetchall()
        format_ = con.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()

    assert found == [("ZSTD",)]
    assert format_ == [("v1.2.0+",)]


def test_articles_as_of_a_moment_are_those_of_then(store, make, rows, now):
    for number, text in enumerate(("one", "two")):
        store.spool(make.record(f"b{number}", make.version(text=text)))
        store.commit(now + number * DAY)
    store.spool(make.record("b3", make.version("https://a.example/late", text="late")))
    store.commit(now + 5 * DAY)

    def texts(at: object) -> list[str]:
        return [text for (text,) in rows("SELECT text FROM articles_as_of(?) ORDER BY 1", at)]

    assert texts(now - DAY) == []
    assert texts(now) == ["one"]
    assert texts(now + DAY) == ["two"]
    assert texts(now + 9 * DAY) == ["late", "two"]


def test_days_with_a_gap_are_marked_even_without_an_article(store, make, rows, now):
    store.spool(
        Record(
            "b1",
            "r1",
            feeds=(make.feed(),),
            gaps=(Gap(make.feed().feed_url, now - DAY, now, 6, "rolled over"),),
        )
    )
    store.spool(make.record("b2", make.version(published_at=None)))
    store.commit(now)

    assert rows(
        "SELECT day, articles, undated, has_gap, estimated_missing FROM daily_volume ORDER BY day"
    ) == [
        (date(2026, 10, 31), 0, 0, True, 3),
        (date(2026, 11, 1), 1, 1, True, 3),
    ]


def test_the_health_of_a_source_sets_its_last_day_against_the_usual(store, make, rows, now):
    store.sync_sources([Source("a", "The A"), Source("silent", "Never polled")])
    times = [now - n * DAY for n in range(2, 12) for _ in range(3)] + [now]
    versions = [
        make.version(f"https://a.example/{n}", text=f"Text {n}", first_seen_at=at)
        for n, at in enumerate(times)
    ]
    store.spool(make.record("b1", *versions, feeds=(make.feed(state="failing", failing_since=now - DAY),)))
    store.commit(now)

    health = rows(
        "SELECT source_id, name, feeds, feeds_failing, failing_since, articles, articles_24h, usual_per_day "
        "FROM source_health ORDER BY source_id"
    )
    assert health == [
        ("a", "The A", 1, 1, now - DAY, 31, 1, 3.0),
        ("silent", "Never polled", 0, 0, None, 0, 0, 0.0),
    ]


def test_latest_gives_the_articles_seen_last_first(store, make, rows, now):
    later = make.version("https://a.example/2", "x" * 900, first_seen_at=now + DAY)
    store.spool(make.record("b1", make.version("https://a.example/1"), later))
    store.commit(now)

    assert rows("SELECT length(lead) FROM latest LIMIT 1") == [(300,)]


def test_a_store_makes_its_folders(tmp_path):
    store = Store(tmp_path / "some" / "where" / "live.duckdb", tmp_path / "else" / "where" / "news.duckdb")
    store.migrate()

    assert store.database.exists()
