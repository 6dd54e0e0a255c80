"""The one door to what is kept: the live file, its spool, and the published copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from extractors.model import KnownLink, Memory, Plan, Record, Run, Source
from storage import boilerplate, feeds, links, robots, runs, sources
from storage.changes import count_change
from storage.commit import Committed, commit_spool
from storage.connection import LiveFile, transaction
from storage.maintain import Maintained, Retention, maintain
from storage.migrate import migrate
from storage.pace import Pace
from storage.presence import living, present, runs_folder
from storage.publish import Published, publish_copy
from storage.reading import PAGE_ROWS, StoredArticle, read_page, row_count
from storage.spool import Spool
from storage.stories import forget_rows_before_stories, rows_before_stories
from storage.summary import RunSummary, run_summary
from storage.watchlists import Definition, Standing, begin_matching, end_matching, standing


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: what was committed last, and what became of all of it; None where the file can't be had."""

    committed: Committed
    summary: RunSummary | None


@dataclass(frozen=True, slots=True)
class Store:
    """The database at `database` (made when there is none) and its read-only copy at `published`.

    Every method opens the live file for a moment at most, under a lock that works between processes, and raises
    `StorageError` with one line that says what to do; `DatabaseBusy` of these when somebody else keeps the file.
    May be used by several threads and processes at once.
    """

    database: Path
    published: Path
    lock_timeout_s: float = 120.0
    foreign_timeout_s: float = 10.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    spool_clock_ns: Callable[[], int] = time.time_ns
    _alive: dict[str, ExitStack] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def live(self) -> LiveFile:
        return LiveFile(
            self.database, self.lock_timeout_s, self.foreign_timeout_s, clock=self.clock, sleep=self.sleep
        )

    @property
    def waiting_room(self) -> Spool:
        """The spool, beside the database."""
        return Spool(self.database.with_name(self.database.name + ".spool"), self.spool_clock_ns)

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The live file, at the schema of this program."""
        with self.live.opened() as con:
            migrate(con)
            yield con

    # ----------------------------------------------------------------------------------------- schema and config

    def migrate(self) -> None:
        """Make the database, or bring it to the schema of this program. All other methods do so too."""
        with self._opened():
            pass

    def sync_sources(self, wanted: Sequence[Source]) -> None:
        """Keep what the config says of the sources; those it names no more go."""
        with self._opened() as con, transaction(con):
            if sources.store_sources(con, wanted):
                count_change(con)

    # --------------------------------------------------------------------------------------------- what is known

    def plan(self, wanted: Sequence[tuple[str, str]], now: datetime, all_feeds: bool = False) -> Plan:
        """All that a round over these (feed_url, source_id) needs to know at `now`.

        The feeds that are due, or all of them; the links of their sources that wait for another try; the memory
        of repeated lines of each source; the robots.txt that have not expired.
        """
        with self._opened() as con:
            return _plan(con, wanted, now, all_feeds)

    def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
        """What is known of these links, by link_hash; those never seen are left out."""
        if not hashes:
            return {}
        with self._opened() as con:
            return links.known_links(con, hashes)

    def memories(self, source_ids: Sequence[str]) -> Mapping[str, Memory]:
        """The memory of repeated lines of each of these sources: lines met in two articles or more, or judged."""
        with self._opened() as con:
            return boilerplate.memories(con, source_ids)

    def set_line_states(self, states: Mapping[tuple[str, int], str]) -> int:
        """Keep what was judged of lines, by (source_id, digest): candidate, known or forgotten.

        Returns how many lines that changed.
        """
        if not states:
            return 0
        with self._opened() as con, transaction(con):
            changed = boilerplate.set_line_states(con, states)
            if changed:
                count_change(con)
            return changed

    def stored_articles(
        self,
        source_ids: Sequence[str] = (),
        containing: Sequence[str] = (),
        batch_size: int = 1_000,
        *,
        stored_since: datetime | None = None,
        rows_before: int | None = None,
    ) -> Iterator[tuple[StoredArticle, ...]]:
        """The latest versions of the articles of these sources (none: of all), in batches, oldest first.

        With samples in `containing`, those whose text has none of them are left out, as far as that is cheap: more
        may come. The live file is open for a moment at a time only; what is stored after the first batch was asked
        for does not come; with `stored_since`, neither what was stored before then, nor, with `rows_before`, the
        rows from that number on. Every call goes through all texts, so ask for many sources at once.
        """
        with self._opened() as con:
            end = row_count(con)
        end = end if rows_before is None else min(end, rows_before)
        waiting: list[StoredArticle] = []
        for first in range(0, end, PAGE_ROWS):
            with self._opened() as con:
                waiting.extend(read_page(con, first, source_ids, containing, stored_since, end))
            while len(waiting) >= batch_size:
                yield tuple(waiting[:batch_size])
                del waiting[:batch_size]
        if waiting:
            yield tuple(waiting)

    # -------------------------------------------------------------------------------------- watchlists and stories

    def watch_standing(self, wanted: Sequence[Definition]) -> Standing:
        """By which of these watchlists stored articles wait to be matched, and which others have mentions."""
        with self._opened() as con:
            return standing(con, wanted)

    def begin_matching(self, wanted: Sequence[Definition], watched: int) -> Standing:
        """The same; from now on it is noted what comes in by other watchlists (`Record.watched`), and mentions of
        those that are gone are dropped."""
        with self._opened() as con, transaction(con):
            stand = begin_matching(con, wanted, watched)
            count_change(con)
            return stand

    def end_matching(self, done: Sequence[Definition], now: datetime) -> None:
        """Keep that stored articles are matched by these, but for what came in by others meanwhile."""
        with self._opened() as con, transaction(con):
            end_matching(con, done, now)
            count_change(con)

    def rows_before_stories(self) -> int:
        """Rows of articles up to this number were stored before there were stories, and not compared yet."""
        with self._opened() as con:
            return rows_before_stories(con)

    def end_story_catch_up(self) -> None:
        """Keep that they have been compared."""
        with self._opened() as con, transaction(con):
            forget_rows_before_stories(con)

    # ------------------------------------------------------------------------------------------------ what is new

    def spool(self, record: Record) -> None:
        """Keep a record on disk until it is committed. The database is not touched, and may be locked.

        The same `batch_id` is stored once, however often it is spooled. The outcome of a text has the url and
        article_id of its version, by which the committer settles its status.
        """
        self.waiting_room.add(record)

    def commit(self, now: datetime) -> Committed:
        """Store all that waits in the spool. When the database can't be had it waits on, and nothing is lost."""
        return commit_spool(self.waiting_room, self._opened, now)

    def spool_reclean(self, record: Record, based_on: Mapping[int, int]) -> None:
        """Keep versions that were made from stored ones until they are committed.

        `based_on` gives, by article_id, the content_hash of the stored version that each was made from. Where the
        article has been edited meanwhile, the committer lets the edit stand and drops what was made from the older
        text.
        """
        self.waiting_room.add(record, based_on=based_on)

    def start_run(self, run: Run) -> None:
        """Keep that a run has begun, behind all else that waits in the spool, and that those have failed whose
        process was killed.

        When the database can't be had, that waits in the spool. Until `finish_run`, or the end of this process
        whatever its kind, others see that the run is alive.
        """
        self._show_alive(run)
        self._spool_run(run)
        commit_spool(self.waiting_room, self._opened_by_a_run, run.started_at)

    def begin_round(
        self,
        run: Run,
        known: Sequence[Source],
        wanted: Sequence[tuple[str, str]],
        *,
        all_feeds: bool = False,
    ) -> Plan:
        """`sync_sources` of those that are `known`, `start_run` and `plan`, with the file opened once where nothing
        waits in the spool. When the database can't be had, nothing of it is done."""
        if self.waiting_room.has_waiting():
            self.sync_sources(known)  # before the spool: it says at once that the file can't be had
            commit_spool(self.waiting_room, self._opened, run.started_at)
        self._show_alive(run)
        try:
            with self._opened_by_a_run() as con:
                # One row is safe in the log; to write it out costs 12 ms, and the end of the round does that.
                con.execute("PRAGMA disable_checkpoint_on_shutdown")
                with transaction(con):
                    sources.store_sources(con, known)
                    runs.keep_run(con, run)
                    count_change(con)
                return _plan(con, wanted, run.started_at, all_feeds)
        except BaseException:
            self._alive.pop(run.run_id).close()
            raise

    def finish_run(self, run: Run) -> Finished:
        """Store all that waits, and keep that a run has ended.

        Its articles and errors are counted from its outcomes as they are stored; the run's own counts are taken
        where they are larger (a command without outcomes). When the database can't be had, all of it waits in the
        spool.
        """
        summaries = []

        def ended(con: duckdb.DuckDBPyConnection) -> None:
            runs.keep_run(con, run)
            summaries.append(run_summary(con, run.run_id))

        now = run.finished_at or run.started_at
        committed = commit_spool(self.waiting_room, self._opened, now, ended)
        if not summaries:
            self._spool_run(run)
        self._alive.pop(run.run_id, ExitStack()).close()
        return Finished(committed, summaries[-1] if summaries else None)

    def _show_alive(self, run: Run) -> None:
        """Until the run is finished, or this process has ended, others see that it is alive."""
        alive = ExitStack()
        with suppress(OSError):  # a full disk: then others take it for killed, until it says how it ended
            alive.enter_context(present(runs_folder(self.database), run.run_id))
        self._alive[run.run_id] = alive

    def _spool_run(self, run: Run) -> None:
        self.waiting_room.add(Record(f"run {run.run_id} {run.status}", run.run_id), runs=(run,))

    @contextmanager
    def _opened_by_a_run(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._opened() as con:
            runs.end_killed_runs(con, living(runs_folder(self.database)))
            yield con

    # ------------------------------------------------------------------------------------- upkeep, published copy

    def maintain(self, now: datetime, retention: Retention = Retention()) -> Maintained:  # noqa: B008 - frozen
        """Drop what is past its time, and write the file out in full; once a night will do."""
        self.waiting_room.sweep()
        with self._opened() as con:
            return maintain(con, now, retention)

    def publish(self, now: datetime, force: bool = False, pace: Pace | None = None) -> Published:
        """Replace the published copy, unless nothing has changed since it was made (or `force`).

        With a `pace`, not before the next one is due at `now`: what has changed waits for a later call.
        """
        return publish_copy(self.live, self.published, force=force, pace=pace, now=now, clock=self.clock)


def _plan(
    con: duckdb.DuckDBPyConnection, wanted: Sequence[tuple[str, str]], now: datetime, all_feeds: bool
) -> Plan:
    source_ids = list(dict.fromkeys(source_id for _, source_id in wanted))
    return Plan(
        feeds=feeds.due_feeds(con, wanted, now, all_feeds),
        pending=links.due_links(con, source_ids, now),
        memories=boilerplate.memories(con, source_ids),
        robots=robots.valid_robots(con, now),
    )
