"""The pool: jobs in line, workers started for them, and what their failures are called."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

from extractors.cage import worker as wire
from extractors.cage.process import CageError, Process, started_process
from extractors.errors import ExtractionFailed, SourceError
from extractors.jobs import READERS

A = TypeVar("A")
R = TypeVar("R")

MEMORY_BYTES = 2 * 1024**3  # trafilatura takes 56 MB for each MB of HTML: 0.6 GB for a page of 10 MB
RECYCLE_AFTER = 2_000  # jobs: some 40 s of work for half a second of start; what grows is replaced sooner
LONG_LINE = 25  # jobs that are worth a start: half a second of CPU, and 20 ms for a page
TRIES = 2  # of a job whose worker died: the death may have been another's doing (the kernel's OOM killer)


@dataclass(frozen=True, slots=True)
class Answer(Generic[A, R]):
    """What became of one argument of `map_unordered`: `error` is None, or `result` is."""

    argument: A
    result: R | None
    error: SourceError | None = None


class Cage:
    """A pool of worker processes, none of which is started before there is a job for it.

    At most `workers` processes and jobs are in flight; more calls of `run` wait in line, and their arguments
    aren't pickled before it is their turn. `timeout_s` is wall time from the moment that a worker has the
    job. `memory_bytes` is all that one worker may allocate, its libraries (40 to 200 MB) included. A worker
    is replaced after `recycle_after` jobs, or when it has grown by a quarter of its memory. `warm_up` names
    the modules that a worker imports before its first job, off that job's time. While one is there, another is
    started where there have been more jobs than workers for `patience_s`, and at once where the line is long.

    All calls belong to one event loop. Leaving the block kills what is left, and waits until it is gone.
    """

    def __init__(
        self,
        workers: int,
        timeout_s: float,
        memory_bytes: int = MEMORY_BYTES,
        recycle_after: int = RECYCLE_AFTER,
        *,
        warm_up: tuple[str, ...] = READERS,
        patience_s: float = 0.0,
    ) -> None:
        if workers < 1 or timeout_s <= 0 or memory_bytes < 1 or recycle_after < 1:
            raise ValueError("workers, timeout_s, memory_bytes and recycle_after are above zero")
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._recycle_after = recycle_after
        self._warm_up = warm_up
        self._patience_s = patience_s
        self._jobs = 0  # under way and in line
        self._pressed_since: float | None = None  # all that time there were more jobs than workers
        self._stirred = asyncio.Event()  # for a moment: a worker came to rest or went, or the line is long
        self._slots = asyncio.Semaphore(workers)
        self._workers = workers
        self._idle: list[Process] = []  # last in, first out: a light load keeps few of them
        self._alive: set[Process] = set()
        self._closed = False

    async def __aenter__(self) -> Cage:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill all workers and see them gone: milliseconds. A `run` under way raises `CageError`."""
        self._closed = True
        for worker in self._alive:
            worker.kill()
        self._stir()
        for _ in range(self._workers):  # each `run` under way or in line has met its end by then
            await self._slots.acquire()
        for _ in range(self._workers):
            self._slots.release()
        for worker in tuple(self._alive):
            await self._discard(worker)

    async def run(self, function: Callable[[A], R], argument: A, *, url: str = "") -> R:
        """`function(argument)`, from a worker. The function is a module's own, importable there.

        Raises the `SourceError` that the function raises; `ExtractionFailed` (with `url`) when it took too
        long or too much memory, raised anything else, or killed its worker twice. Cancelled, it kills its
        worker. `CageError` when no worker can be started. An argument that can't be pickled is the caller's
        error, and raised as such.
        """
        async with self._place():
            job = wire.framed(pickle.dumps((function, argument), pickle.HIGHEST_PROTOCOL))
            for attempt in range(TRIES):
                worker = await self._worker(fresh=attempt > 0)
                try:
                    kind, body = await self._asked(worker, job)
                except TimeoutError:
                    detail = f"took longer than {self._timeout_s:g} s"
                    raise ExtractionFailed(url, detail, elapsed_ms=round(self._timeout_s * 1000)) from None
                except (ConnectionError, EOFError):
                    continue
                result: R = self._result(kind, body, url)
                return result
            raise ExtractionFailed(url, f"its worker died ({worker.death()})")

    async def map_unordered(
        self,
        function: Callable[[A], R],
        arguments: Iterable[A],
        *,
        window: int | None = None,
        url_of: Callable[[A], str] = lambda argument: "",
    ) -> AsyncIterator[Answer[A, R]]:
        """Answers as they come. `arguments` is drawn from as they go out: no more than `window` of them
        (twice the workers, unless said) are held at any time. A failure is an answer, and the rest goes on.
        """
        source = iter(arguments)
        under_way: set[asyncio.Task[Answer[A, R]]] = set()
        try:
            while True:
                for argument in source:
                    under_way.add(asyncio.ensure_future(self._answer(function, argument, url_of(argument))))
                    if len(under_way) >= (window or 2 * self._workers):
                        break
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _answer(self, function: Callable[[A], R], argument: A, url: str) -> Answer[A, R]:
        try:
            return Answer(argument, await self.run(function, argument, url=url))
        except SourceError as error:
            return Answer(argument, None, error)

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """A place in the line, then a slot."""
        self._jobs += 1
        self._note_pressure()
        if self._is_long():
            self._stir()
        try:
            async with self._slots:
                yield
        finally:
            self._jobs -= 1
            self._note_pressure()

    def _note_pressure(self, *, anew: bool = False) -> None:
        """Note since when there are more jobs than workers. `anew`: there is one more, which gets its time."""
        if self._jobs <= len(self._alive):
            self._pressed_since = None
        elif anew or self._pressed_since is None:
            self._pressed_since = asyncio.get_running_loop().time()

    def _is_long(self) -> bool:
        """Whether the line is worth another worker."""
        return self._jobs >= LONG_LINE * len(self._alive)

    def _stir(self) -> None:
        self._stirred.set()
        self._stirred.clear()

    async def _rest(self) -> None:
        """Wait for a worker at rest, while that is better than to start one: a window of few jobs that is always
        full is worth one after a while, as a long line is at once."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not (self._idle or self._closed or self._is_long()):
            give_up_at = (self._pressed_since or began) + self._patience_s
            if loop.time() >= give_up_at:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(give_up_at):
                    await self._stirred.wait()

    async def _worker(self, *, fresh: bool) -> Process:
        """One that is ready. The caller has a slot: each worker is at rest or in one, so there are never too
        many. A `fresh` one takes the place of one that has died in the same slot."""
        if not fresh:
            await self._rest()
        while self._idle and not fresh:
            worker = self._idle.pop()
            if worker.is_alive():
                return worker
            await self._discard(worker)  # it died at rest, of the kernel's OOM killer or somebody's kill
        for _ in range(TRIES):
            worker = self._started()
            with contextlib.suppress(ConnectionError, EOFError):
                await self._warm(worker)
                return worker
        raise CageError(f"workers die at their start ({worker.death()})")

    async def _warm(self, worker: Process) -> None:
        ready = False
        try:
            await worker.ready()
            ready = True
        finally:
            if not ready:
                await self._discard(worker)

    def _started(self) -> Process:
        if self._closed:
            raise CageError("the cage is closed")
        worker = started_process(
            wire.Orders(tuple(sys.path), self._warm_up, self._memory_bytes, self._timeout_s)
        )
        self._alive.add(worker)
        self._note_pressure(anew=True)
        return worker

    async def _asked(self, worker: Process, job: bytes) -> tuple[bytes, bytearray]:
        """Kind and body of the answer. The worker goes back to the idle ones, or it is discarded."""
        usable = False
        try:
            kind, body, worn = await worker.ask(job, self._timeout_s)
            usable = not worn and worker.jobs < self._recycle_after and not self._closed
        finally:
            if usable:
                self._idle.append(worker)
                self._stir()
            else:
                await self._discard(worker)
        return kind, body

    async def _discard(self, worker: Process) -> None:
        worker.kill()
        await worker.gone()
        self._alive.discard(worker)
        self._stir()

    def _result(self, kind: bytes, body: bytearray, url: str) -> Any:
        if kind == wire.MEMORY:
            raise ExtractionFailed(url, f"needed more than {self._memory_bytes // 1024**2} MB")
        if kind == wire.RAISED:
            error, line, trace = pickle.loads(body)  # noqa: S301 - from our own worker
            if isinstance(error, SourceError):
                raise error
            failure = ExtractionFailed(url, line)
            failure.add_note(trace)
            raise failure
        return pickle.loads(body)  # noqa: S301 - from our own worker
