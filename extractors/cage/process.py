"""The parent's side of one worker process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys

from extractors.cage import worker as wire

START_LIMIT_S = 120.0  # importing trafilatura takes a second, on a machine that is otherwise idle
GONE_LIMIT_S = 5.0  # for a killed process to go
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class CageError(RuntimeError):
    """Workers can't be started here, or the cage is closed: nothing to do with any page."""


class Process:
    """One process, and our end of its socket."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket) -> None:
        self._process = process
        self._sock = sock
        self.jobs = 0

    def is_alive(self) -> bool:
        """Of one at rest: all that could be read of it is its end."""
        return not self._has_something()

    async def ready(self) -> None:
        """Wait for the end of its warm-up. `CageError` says what went wrong; EOFError: it died of it."""
        if not await self._speaks(START_LIMIT_S):
            raise CageError(f"a worker didn't get ready in {START_LIMIT_S:g} s")
        kind, body, _ = await self._frame()
        if kind != wire.READY:
            raise CageError(f"a worker can't start: {body.decode()}")

    async def ask(self, job: bytes, timeout_s: float) -> tuple[bytes, bytearray, bool]:
        """Kind and body of the answer, and whether the worker is worn out.

        Raises TimeoutError, or EOFError or ConnectionError at its death.
        """
        self.jobs += 1
        loop = asyncio.get_running_loop()
        started = loop.time()
        async with asyncio.timeout(timeout_s):
            await loop.sock_sendall(self._sock, job)
        if not await self._speaks(timeout_s - (loop.time() - started)):
            raise TimeoutError
        async with asyncio.timeout(timeout_s):
            return await self._frame()

    def death(self) -> str:
        """How it ended, once it is gone."""
        code = self._process.returncode
        if code is None:
            return "and stays"
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def kill(self) -> None:
        self._process.kill()

    async def gone(self) -> None:
        """Wait until the kernel has taken a killed one away: milliseconds, unless it is stuck in a device."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, GONE_LIMIT_S)
        self._sock.close()

    async def _speaks(self, limit_s: float) -> bool:
        """Whether there is something to read within the limit. What came while this event loop was busy
        elsewhere is in time: a page isn't to blame for our own delays."""
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        loop.add_reader(self._sock, heard.set)
        try:
            async with asyncio.timeout(limit_s):
                await heard.wait()
        except TimeoutError:
            return self._has_something()
        finally:
            loop.remove_reader(self._sock)
        return True

    def _has_something(self) -> bool:
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True  # reset: an end, which the next read will meet
        return True

    async def _frame(self) -> tuple[bytes, bytearray, bool]:
        size, kind, worn = wire.HEADER.unpack(await self._received(wire.HEADER.size))
        return kind, await self._received(size), worn

    async def _received(self, size: int) -> bytearray:
        loop = asyncio.get_running_loop()
        body = bytearray(size)
        view, at = memoryview(body), 0
        while at < size:
            count = await loop.sock_recv_into(self._sock, view[at:])
            if count == 0:
                raise EOFError
            at += count
        return body


def started_process(orders: wire.Orders) -> Process:
    """A new process with its orders sent, in a session of its own: a Ctrl-C in the terminal isn't for it.

    Not asyncio's subprocess: killing a process that has just died by itself, Python 3.11's loses how.
    """
    ours, theirs = socket.socketpair()
    try:
        ours.setblocking(False)
        # "-P": the script's folder is not to shadow the standard library
        command = (sys.executable, "-P", wire.__file__, str(theirs.fileno()), str(os.getpid()))
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own script
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                env={**os.environ, **ONE_THREAD},
            )
        with contextlib.suppress(ConnectionError):  # dead already: its end will be read
            ours.send(orders.frame())
    except OSError as error:
        ours.close()
        raise CageError(f"a worker can't be started: {error}") from error
    return Process(process, ours)
