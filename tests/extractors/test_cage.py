"""The cage with real processes: what they do costs nothing but their own job."""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest

from extractors.cage import Cage, CageError, pool, process, worker
from extractors.errors import ExtractionFailed, ParseFailed

T = TypeVar("T")
MB = 1024 * 1024


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of jobs, where the workers can import it too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import caged_jobs

    return caged_jobs


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No child process and no open socket is left of any test here."""
    before = _children(), _descriptors()
    yield
    assert (_children(), _descriptors()) == before


def _children() -> set[str]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,ppid=,args=", "-A"], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return {row[0] for row in rows if row[1] == str(os.getpid()) and not row[2].startswith("ps ")}


def _descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def _cage(workers: int = 1, timeout_s: float = 20.0, **more: Any) -> Cage:
    return Cage(workers, timeout_s, warm_up=(), **more)


def _in_cage(work: Callable[[Cage], Awaitable[T]], **more: Any) -> T:
    async def main() -> T:
        async with _cage(**more) as cage:
            return await work(cage)

    return asyncio.run(main())


def _failure(function: Callable[[Any], Any], argument: Any, **more: Any) -> ExtractionFailed:
    """How the job fails, and proof that the cage still works afterwards."""

    async def work(cage: Cage) -> ExtractionFailed:
        with pytest.raises(ExtractionFailed) as caught:
            await cage.run(function, argument, url="https://example.org/page")
        assert await cage.run(abs, -2) == 2
        return caught.value

    return _in_cage(work, **more)


# ------------------------------------------------------------------------------------------- good behaviour


def test_a_job_is_done_in_another_process(jobs: ModuleType) -> None:
    assert _in_cage(lambda cage: cage.run(jobs.own_pid, None)) != os.getpid()


def test_a_cage_without_a_job_starts_no_process() -> None:
    async def main() -> None:
        async with _cage():
            assert _children() == before

    before = _children()
    asyncio.run(main())


def test_a_light_load_keeps_one_worker_of_many(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> set[int]:
        return {await cage.run(jobs.own_pid, None) for _ in range(5)}

    assert len(_in_cage(work, workers=4)) == 1


def test_jobs_side_by_side_never_need_more_than_the_workers_allowed(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> set[int]:
        return set(await asyncio.gather(*(cage.run(jobs.own_pid, None) for _ in range(40))))

    assert 1 <= len(_in_cage(work, workers=2)) <= 2


def test_a_patient_job_waits_for_a_worker_that_is_busy(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> set[int]:
        return set(await asyncio.gather(*(cage.run(jobs.own_pid, None) for _ in range(pool.LONG_LINE - 1))))

    assert len(_in_cage(work, workers=4, patience_s=100)) == 1


def test_a_long_line_starts_another_worker_at_once(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> set[int]:
        return set(await asyncio.gather(*(cage.run(jobs.pid_after, 0.05) for _ in range(pool.LONG_LINE))))

    assert len(_in_cage(work, workers=4, patience_s=100)) == 2


def test_a_short_line_that_never_ends_starts_another_worker_after_a_while(jobs: ModuleType) -> None:
    """As of a backfill, which holds a few pages for each worker ready and no more."""

    async def work(cage: Cage) -> set[int]:
        answers = cage.map_unordered(jobs.pid_after, [0.02] * 150, window=4)
        return {answer.result async for answer in answers if answer.result is not None}

    assert len(_in_cage(work, workers=2, patience_s=0.3)) == 2


def test_patience_with_a_job_that_hangs_has_an_end(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> int:
        hanging = asyncio.ensure_future(cage.run(time.sleep, 100))
        done = await cage.run(abs, -2)
        hanging.cancel()
        return done

    assert _in_cage(work, workers=2, timeout_s=200.0, patience_s=0.3) == 2


def test_a_cage_closes_at_once_on_a_job_that_waits_for_a_worker(jobs: ModuleType) -> None:
    async def main() -> list[object]:
        async with _cage(workers=2, timeout_s=200.0, patience_s=200.0) as cage:
            under_way = [asyncio.ensure_future(cage.run(time.sleep, 100)) for _ in range(2)]
            await asyncio.sleep(0.3)
        return await asyncio.gather(*under_way, return_exceptions=True)

    assert [type(error) for error in asyncio.run(main())] == [CageError, CageError]


def test_ten_megabytes_go_in_and_out_unchanged(jobs: ModuleType) -> None:
    body = os.urandom(10 * MB)
    assert _in_cage(lambda cage: cage.run(jobs.echo, body)) == body


def test_the_event_loop_goes_on_while_large_bodies_travel(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> tuple[float, float]:
        await cage.run(abs, 1)
        loop = asyncio.get_running_loop()
        started = loop.time()
        under_way = asyncio.ensure_future(cage.run(jobs.echo, b"x" * 10 * MB))
        longest, last = 0.0, loop.time()
        while not under_way.done():
            await asyncio.sleep(0)
            longest, last = max(longest, loop.time() - last), loop.time()
        return longest, loop.time() - started

    longest_s, whole_s = _in_cage(work)
    assert longest_s < max(0.1, whole_s)


def test_jobs_wait_in_line_without_being_pickled() -> None:
    class Watched:
        pickled = 0

        def __reduce__(self) -> tuple[type[int], tuple[int]]:
            Watched.pickled += 1
            return int, (7,)

    async def work(cage: Cage) -> int:
        line = [asyncio.ensure_future(cage.run(time.sleep, 0.2))]
        line += [asyncio.ensure_future(cage.run(abs, Watched())) for _ in range(10)]
        await line[0]
        seen = Watched.pickled
        await asyncio.gather(*line)
        return seen

    assert _in_cage(work) <= 1
    assert Watched.pickled == 10


def test_the_warm_up_is_imported_before_the_first_job_and_not_on_its_time(
    jobs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.6)\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    async def main() -> bool:
        async with Cage(1, 0.5, warm_up=("slow_to_import",)) as cage:
            return await cage.run(jobs.loaded, "slow_to_import")

    assert asyncio.run(main())


def test_what_a_job_prints_reaches_no_terminal_and_it_has_nothing_to_read(
    jobs: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _in_cage(lambda cage: cage.run(jobs.shout, None)) == ("", "1")
    assert capfd.readouterr() == ("", "")


def test_workers_ignore_the_signals_that_are_meant_for_their_parent(jobs: ModuleType) -> None:
    assert _in_cage(lambda cage: cage.run(jobs.signals_ignored, None))


def test_importing_the_cage_is_light() -> None:
    code = "import sys, extractors.cage; print({'trafilatura', 'lxml', 'httpx'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.stdout.strip() == "set()"


# -------------------------------------------------------------------------------------- jobs that misbehave


def test_a_hang_inside_c_code_is_killed_at_its_limit(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> float:
        await cage.run(abs, 1)
        started = time.monotonic()
        with pytest.raises(ExtractionFailed, match=r"^extraction: took longer than 0.5 s$") as caught:
            await cage.run(jobs.hang_in_c, None, url="https://example.org/hang")
        assert caught.value.url == "https://example.org/hang"
        return time.monotonic() - started

    assert 0.5 <= _in_cage(work, timeout_s=0.5) < 30  # its regex takes years


def test_the_limit_counts_from_the_start_of_the_job_and_not_from_its_place_in_line(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> list[float]:
        return await asyncio.gather(*(cage.run(jobs.sleep_for, 0.5) for _ in range(6)))

    assert _in_cage(work, timeout_s=2.5) == [0.5] * 6


def test_an_answer_that_came_while_the_event_loop_was_busy_is_in_time(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> float:
        await cage.run(abs, 1)
        under_way = asyncio.ensure_future(cage.run(jobs.sleep_for, 0.05))
        await asyncio.sleep(0.02)
        time.sleep(3.0)  # noqa: ASYNC251 - this is the loop being busy
        return await under_way

    assert _in_cage(work, timeout_s=0.6) == 0.05


@pytest.mark.parametrize(
    ("job", "argument", "detail"),
    [
        ("segfault", None, "its worker died (signal 11)"),
        ("leave_at_once", 3, "its worker died (exit status 3)"),
        ("take_memory", 700 * MB, "needed more than 512 MB"),
        ("exit_politely", None, "SystemExit: 3"),
        ("raise_value_error", "no such luck", "ValueError: no such luck"),
        ("raise_stubborn", None, "StubbornError: stubborn"),
    ],
)
def test_what_a_job_does_to_itself_is_recorded_and_costs_no_other(
    jobs: ModuleType, job: str, argument: object, detail: str
) -> None:
    failure = _failure(getattr(jobs, job), argument, memory_bytes=512 * MB)
    assert (failure.url, failure.detail) == ("https://example.org/page", detail)


def test_an_answer_that_cannot_travel_is_the_failure_of_that_job(jobs: ModuleType) -> None:
    assert "pickle" in _failure(jobs.make_a_function, None).detail


def test_an_error_of_the_worker_tells_where_it_was_raised(jobs: ModuleType) -> None:
    assert "in raise_value_error" in _failure(jobs.raise_value_error, "x").__notes__[0]


def test_an_error_about_a_source_comes_back_as_it_was_raised(jobs: ModuleType) -> None:
    with pytest.raises(ParseFailed, match="no feed in it"):
        _in_cage(lambda cage: cage.run(jobs.raise_parse_failed, "https://example.org/feed"))


def test_an_argument_that_cannot_be_pickled_is_the_callers_error(jobs: ModuleType) -> None:
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        _in_cage(lambda cage: cage.run(jobs.echo, lambda: None))


def test_a_job_whose_worker_died_is_tried_once_more(jobs: ModuleType, tmp_path: Path) -> None:
    marker = str(tmp_path / "tried")
    assert _in_cage(lambda cage: cage.run(jobs.die_the_first_time, marker)) == "second try"


def test_a_job_that_kills_its_worker_twice_is_not_tried_again(jobs: ModuleType, tmp_path: Path) -> None:
    marker = tmp_path / "tries"
    assert _failure(jobs.count_and_die, str(marker)).detail == "its worker died (exit status 7)"
    assert marker.read_text() == "xx"


def test_one_death_costs_none_of_the_jobs_beside_it(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> list[Any]:
        mixed = [cage.run(jobs.segfault, None) if n % 5 == 0 else cage.run(jobs.double, n) for n in range(20)]
        return await asyncio.gather(*mixed, return_exceptions=True)

    answers = _in_cage(work, workers=3)
    assert [a for a in answers if isinstance(a, int)] == [2 * n for n in range(20) if n % 5]
    assert sum(isinstance(a, ExtractionFailed) for a in answers) == 4


def test_a_worker_that_was_killed_at_rest_is_replaced(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> bool:
        first = await cage.run(jobs.own_pid, None)
        os.kill(first, signal.SIGKILL)
        await asyncio.sleep(0.05)
        return await cage.run(jobs.own_pid, None) != first

    assert _in_cage(work)


# --------------------------------------------------------------------------------------- recycling and ends


def test_a_worker_is_replaced_after_its_number_of_jobs(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> list[int]:
        return [await cage.run(jobs.own_pid, None) for _ in range(6)]

    pids = _in_cage(work, recycle_after=3)
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4] == pids[5]


def test_a_worker_that_keeps_growing_is_replaced(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> list[int]:
        return [await cage.run(jobs.keep_memory, 40 * MB) for _ in range(6)]

    assert len(set(_in_cage(work, memory_bytes=400 * MB))) == 2


def test_cancelling_a_run_kills_its_worker_and_nothing_else(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> bool:
        first = await cage.run(jobs.own_pid, None)
        under_way = asyncio.ensure_future(cage.run(jobs.hang_in_c, None))
        waiting = asyncio.ensure_future(cage.run(jobs.double, 1))
        await asyncio.sleep(0.05)
        waiting.cancel()
        under_way.cancel()
        await asyncio.wait((under_way, waiting))
        assert under_way.cancelled()
        assert waiting.cancelled()
        return str(first) in _children() or await cage.run(jobs.own_pid, None) == first

    assert not _in_cage(work)


def test_a_cage_with_a_hanging_job_closes_at_once_and_says_so(jobs: ModuleType) -> None:
    async def main() -> tuple[float, list[Any]]:
        async with _cage(2) as cage:
            line = [asyncio.ensure_future(cage.run(jobs.hang_in_c, None)) for _ in range(5)]
            await asyncio.sleep(0.3)
            started = time.monotonic()
        took = time.monotonic() - started
        return took, await asyncio.gather(*line, return_exceptions=True)

    took_s, ends = asyncio.run(main())
    assert took_s < 15  # and not the 20 s of the limit
    assert all(isinstance(end, CageError) for end in ends)


def test_a_closed_cage_takes_no_more_jobs() -> None:
    async def main() -> None:
        async with _cage() as cage:
            await cage.run(abs, 1)
        with pytest.raises(CageError, match="closed"):
            await cage.run(abs, 1)

    asyncio.run(asyncio.wait_for(main(), 60))


def test_workers_die_with_a_parent_that_is_killed(jobs: ModuleType, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, caged_jobs\n"
        "from extractors.cage import Cage\n"
        "async def main():\n"
        "    async with Cage(2, 60, warm_up=()) as cage:\n"
        "        print(await cage.run(caged_jobs.own_pid, None), flush=True)\n"
        "        await cage.run(caged_jobs.hang_in_c, None)\n"
        "asyncio.run(main())\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.1)
        parent.kill()
    deadline = time.monotonic() + (60 if sys.platform == "linux" else 80)
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and "Z" not in listed.stdout


# --------------------------------------------------------------------------------- when it can't be started


def test_a_warm_up_that_fails_is_said_and_is_nobodys_page() -> None:
    async def main() -> None:
        async with Cage(1, 5, warm_up=("no_such_module_anywhere",)) as cage:
            await cage.run(abs, 1)

    with pytest.raises(CageError, match=r"import of 'no_such_module_anywhere': ModuleNotFoundError"):
        asyncio.run(main())


def test_workers_that_die_at_their_start_are_not_tried_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deadly_to_import.py").write_text("import os\nos._exit(9)\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    async def main() -> None:
        async with Cage(1, 5, warm_up=("deadly_to_import",)) as cage:
            await cage.run(abs, 1)

    with pytest.raises(CageError, match=r"die at their start \(exit status 9\)"):
        asyncio.run(main())


def test_a_worker_that_never_gets_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless_to_import.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(process, "START_LIMIT_S", 0.3)

    async def main() -> None:
        async with Cage(1, 5, warm_up=("endless_to_import",)) as cage:
            await cage.run(abs, 1)

    with pytest.raises(CageError, match="didn't get ready"):
        asyncio.run(main())


def test_an_interpreter_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(CageError, match="can't be started"):
        _in_cage(lambda cage: cage.run(abs, 1))


@pytest.mark.parametrize(
    "wrong", [{"workers": 0}, {"timeout_s": 0}, {"memory_bytes": 0}, {"recycle_after": 0}]
)
def test_limits_of_nothing_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Cage(**{"workers": 1, "timeout_s": 1.0, **wrong})  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- many at once


def test_many_arguments_are_answered_each_once_with_failures_among_them(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> list[tuple[str, int | None, str]]:
        answers = []
        async for answer in cage.map_unordered(jobs.leave_if_odd, range(20), url_of=str):
            error = answer.error
            answers.append((str(answer.argument), answer.result, error.url if error else ""))
        return answers

    answers = sorted(_in_cage(work, workers=2), key=lambda answer: int(answer[0]))
    assert answers == [(str(n), None if n % 2 else n, str(n) if n % 2 else "") for n in range(20)]


def test_no_more_than_the_window_is_drawn_ahead(jobs: ModuleType) -> None:
    drawn: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(30):
            drawn.append(number)
            yield number

    async def work(cage: Cage) -> int:
        answered, ahead = 0, 0
        async for _ in cage.map_unordered(jobs.double, numbers(), window=3):
            ahead = max(ahead, len(drawn) - answered)
            answered += 1
        assert answered == 30
        return ahead

    assert _in_cage(work, workers=2) <= 3


def test_leaving_the_answers_early_stops_the_rest(jobs: ModuleType) -> None:
    async def work(cage: Cage) -> int:
        answers = cage.map_unordered(jobs.sleep_for, [0.0, 30.0, 30.0], window=3)
        async for answer in answers:
            first = answer
            break
        await answers.aclose()  # type: ignore[attr-defined]
        assert first.result == 0.0
        return await cage.run(jobs.double, 2)

    assert _in_cage(work, workers=2) == 4


# ------------------------------------------------------------------ the worker's own loop, in this process


@pytest.fixture
def limits_restored() -> Iterator[None]:
    kinds = (resource.RLIMIT_CORE, resource.RLIMIT_DATA, resource.RLIMIT_AS, resource.RLIMIT_CPU)
    before = [(kind, resource.getrlimit(kind)) for kind in kinds]
    yield
    for kind, limit in before:
        resource.setrlimit(kind, limit)


def _served(*frames: bytes) -> list[tuple[bytes, bytes]]:
    """What a worker answers to these frames, when a thread is the worker."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=worker.serve, args=(theirs,))
    thread.start()
    answers = []
    with theirs, ours:
        for frame in frames:
            ours.sendall(frame)
            size, kind, _ = worker.HEADER.unpack(ours.recv(worker.HEADER.size, socket.MSG_WAITALL))
            answers.append((kind, ours.recv(size, socket.MSG_WAITALL) if size else b""))
        ours.shutdown(socket.SHUT_WR)
        thread.join(5)
    assert not thread.is_alive()
    return answers


def _orders(*warm_up: str) -> bytes:
    return worker.Orders(tuple(sys.path), warm_up, 1 << 46, 1e6).frame()


def _job(function: object, argument: object) -> bytes:
    return worker.framed(pickle.dumps((function, argument)))


@pytest.mark.usefixtures("limits_restored")
def test_a_worker_answers_each_frame_with_what_became_of_the_job(jobs: ModuleType) -> None:
    ready, result, raised, source, stubborn, greedy = _served(
        _orders("json"),
        _job(jobs.double, 21),
        _job(jobs.raise_value_error, "x"),
        _job(jobs.raise_parse_failed, "https://example.org/feed"),
        _job(jobs.raise_stubborn, None),
        _job(jobs.run_out_of_memory, None),
    )
    assert ready == (worker.READY, b"")
    assert (result[0], pickle.loads(result[1])) == (worker.RESULT, 42)
    assert raised[0] == worker.RAISED
    assert isinstance(pickle.loads(raised[1])[0], ValueError)
    assert isinstance(pickle.loads(source[1])[0], ParseFailed)
    assert pickle.loads(stubborn[1])[:2] == (None, "StubbornError: stubborn")
    assert greedy == (worker.MEMORY, b"")


@pytest.mark.usefixtures("limits_restored")
def test_a_worker_never_sends_more_than_its_parent_can_hold(
    jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MAX_ANSWER_BYTES", 1000)
    _, (kind, body) = _served(_orders(), _job(jobs.echo, b"x" * 2000))
    assert kind == worker.RAISED
    assert "an answer of" in pickle.loads(body)[1]


def test_a_worker_whose_parent_hangs_up_at_once_just_ends() -> None:
    assert _served() == []


def test_a_worker_that_can_not_import_says_why() -> None:
    assert _served(_orders("no_such_module")) == [
        (worker.BROKEN, b"import of 'no_such_module': ModuleNotFoundError: No module named 'no_such_module'")
    ]


def test_the_memory_held_now_is_known_within_reason() -> None:
    assert 5 * MB < worker.resident_bytes() < 5000 * MB


def test_where_there_is_no_proc_the_peak_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "STATM", Path("/no/such/file"))
    assert 5 * MB < worker.resident_bytes() < 5000 * MB


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_the_kernel_is_told_whom_to_take_first(jobs: ModuleType) -> None:
    assert _in_cage(lambda cage: cage.run(jobs.oom_score, None)) == worker.OOM_SCORE
