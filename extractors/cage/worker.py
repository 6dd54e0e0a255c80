"""The process inside the cage: one job after another, from one socket, until that is closed.

`extractors.cage.process` starts this file as a script: nothing but the standard library is in it, so it is up
in some 50 ms, and it knows nothing of the parent's `__main__` (multiprocessing would import that again, and
Prefect with it). What it is to import comes with the first frame. Both sides speak frames: a header, then a
pickle. The socket is one of a pair that the parent made, so nothing from outside is ever unpickled.

What the parser libraries do in here costs this process only: memory is bounded by the kernel, time by the
parent, and the process can't outlive it.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import math
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

HEADER = struct.Struct("!Qc?")  # bytes that follow, kind of answer, whether this worker wants to be replaced
READY, RESULT, RAISED, MEMORY, BROKEN = b"y", b"r", b"x", b"m", b"b"
MAX_ANSWER_BYTES = 256 * 1024 * 1024  # the parent has to hold it: an article is thousands of times smaller
GROWTH_SHARE = 4  # a worker that has grown by a quarter of its limit since its warm-up is replaced
MAPPED_BYTES = 1024 * 1024 * 1024  # what libraries map beyond their data: trafilatura's take about 300 MB
CPU_MARGIN_S = 5  # the parent kills at the limit; the kernel only where there is no parent any more
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STATM = Path("/proc/self/statm")  # proc(5): size, resident, ... in pages
OOM_SCORE = 800  # of 1000: the kernel takes a worker before anything else of ours


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told first. `memory_bytes` bounds its data, `timeout_s` a job's processor time."""

    path: tuple[str, ...]
    warm_up: tuple[str, ...]
    memory_bytes: int
    timeout_s: float

    def frame(self) -> bytes:
        """As plain values: this class has another name where it is run as a script."""
        values = (self.path, self.warm_up, self.memory_bytes, self.timeout_s)
        return framed(pickle.dumps(values, pickle.HIGHEST_PROTOCOL))


def framed(body: bytes, kind: bytes = RESULT, worn: bool = False) -> bytes:
    """One frame: header and body."""
    return HEADER.pack(len(body), kind, worn) + body


def serve(sock: socket.socket) -> None:
    """Do jobs until the other side hangs up. A job is a pickled `(function, argument)`."""
    head = _received(sock, HEADER.size)
    if not head:
        return
    orders = Orders(*pickle.loads(_received(sock, HEADER.unpack(head)[0])))  # noqa: S301 - from our parent
    complaint = _prepared(orders)
    sock.sendall(framed(complaint.encode(), BROKEN if complaint else READY))
    if complaint:
        return
    worn_bytes = resident_bytes() + orders.memory_bytes // GROWTH_SHARE
    while head := _received(sock, HEADER.size):
        job = _received(sock, HEADER.unpack(head)[0])
        _bound_processor_time(orders.timeout_s + CPU_MARGIN_S)
        kind, body = _answer(job)
        del job
        worn = kind == MEMORY or resident_bytes() > worn_bytes
        sock.sendall(HEADER.pack(len(body), kind, worn))
        sock.sendall(body)


def resident_bytes() -> int:
    """Memory this process holds now (Linux), or the most it ever held (elsewhere)."""
    try:
        pages = int(STATM.read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * resource.getpagesize()


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, where it can (Linux).

    Elsewhere a worker ends when it next looks at its socket; `RLIMIT_CPU` ends one that never does.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), "ascii")
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(0)


def bound_memory(memory_bytes: int) -> None:
    """Let allocations beyond `memory_bytes` fail, and no crash leave a core file of that size.

    RLIMIT_DATA counts what is written to and not the libraries mapped (Linux >= 4.7); where the kernel
    doesn't hold it, RLIMIT_AS does with some room for these.
    """
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_DATA, memory_bytes)
    _set_limit(resource.RLIMIT_AS, memory_bytes + MAPPED_BYTES)


def _prepared(orders: Orders) -> str:
    """Import what the jobs need, then take the limits on. What went wrong, or ""."""
    sys.path[:] = orders.path
    try:
        for name in orders.warm_up:
            importlib.import_module(name)
    except Exception as error:  # whatever an import can raise is said to the parent
        return f"import of {name!r}: {type(error).__name__}: {error}"
    bound_memory(orders.memory_bytes)
    return ""


def _answer(job: bytearray) -> tuple[bytes, bytes]:
    """Kind and body. All that a job raises is an answer; only what kills the process isn't."""
    try:
        function, argument = pickle.loads(job)  # noqa: S301 - from our parent
        body = pickle.dumps(function(argument), pickle.HIGHEST_PROTOCOL)
        if len(body) > MAX_ANSWER_BYTES:
            raise OverflowError(f"an answer of {len(body):,} bytes")
        return RESULT, body
    except MemoryError:
        return MEMORY, b""
    except BaseException as error:  # SystemExit as well: the worker lives on
        return RAISED, _pickled_error(error)


def _pickled_error(error: BaseException) -> bytes:
    """`(error or None, one line, traceback)`: the error itself only when it survives the way."""
    line = f"{type(error).__name__}: {error}"[:500]
    trace = "".join(traceback.format_exception(error, limit=-20))[-8000:]
    try:
        body = pickle.dumps((error, line, trace), pickle.HIGHEST_PROTOCOL)
        pickle.loads(body)  # noqa: S301 - our own
    except Exception:  # an error's own __reduce__ may do anything
        return pickle.dumps((None, line, trace), pickle.HIGHEST_PROTOCOL)
    return body


def _bound_processor_time(seconds: float) -> None:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_CPU, math.ceil(spent.ru_utime + spent.ru_stime + seconds))


def _set_limit(kind: int, value: int) -> None:
    """The soft limit, so that it can be moved again; a system that refuses keeps its own."""
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _received(sock: socket.socket, size: int) -> bytearray:
    """Exactly `size` bytes, or none when the other side has hung up."""
    body = bytearray(size)
    view, at = memoryview(body), 0
    while at < size:
        count = sock.recv_into(view[at:])
        if count == 0:
            return bytearray()
        at += count
    return body


def main(arguments: list[str]) -> None:
    """`cage_worker.py FD PARENT`: serve the socket inherited as file descriptor FD."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when we end: by hanging up, or SIGKILL
    descriptor, parent = int(arguments[0]), int(arguments[1])
    os.set_inheritable(descriptor, False)
    die_with(parent)
    with socket.socket(fileno=descriptor) as sock, contextlib.suppress(ConnectionError):
        serve(sock)


if __name__ == "__main__":
    main(sys.argv[1:])
