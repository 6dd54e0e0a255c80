"""Limits on a host that hold across processes: byte locks in one small file, which a killed process can't keep.

Every host has a slot. An open connection holds one of the slot's connection locks, so that there are never more of
them than allowed, in however many processes; who is about to start a request holds the slot's start lock from the
moment it is due until it is sent, and writes that moment down. Nobody blocks: locks are tried, and tried again.
Who finds no connection free writes down that it waits, and the others then close what they keep idle.

Two hosts may fall into one slot (one pair among 1,000 hosts, about every other time); they then share their limits.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SLOTS = 1 << 20
MAX_CONNECTIONS = 62  # locks of one slot that stand for connections
POLL_S = 0.03
WANTED_FOR_S = 1.0  # a note that somebody waits is believed this long
YIELD_S = 3 * POLL_S  # who made room for another process stays away this long
MAX_SLACK_S = 0.25  # a start counts from no more than this after it

_DATA = struct.Struct("<dd")  # when the last request counts from; when somebody last waited for a connection
_LOCKS_PER_SLOT = 64  # 0: start, 1...: connections
_ANY_SLOT = SLOTS  # behind the last one: when somebody last waited for a connection to any host
_DATA_BYTES = (SLOTS + 1) * _DATA.size
_LOCKS_AT = _DATA_BYTES  # locks need no bytes in the file; these lie behind its end
_FLOCK = struct.Struct("@hhqqi4x")  # struct flock of 64-bit Linux: type, whence, start, length, pid
_HELD_BY_OTHERS = (errno.EACCES, errno.EAGAIN)


class SharedLimits:
    """The file, opened. Times are of a clock that all processes of the machine share (time.monotonic).

    OSError where the file can't be opened or locked at all. A full disk only costs the gap across processes.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._file).st_size < _DATA_BYTES:
            os.ftruncate(self._file, _DATA_BYTES)  # a hole, that takes no room until a slot is written
        self._clock = clock
        self._held: set[int] = (
            set()
        )  # locks are per process; two hosts of ours in one slot must not share one
        self._stay_away: dict[int, float] = {}
        self._set_lock = _lock_setter(self._file)

    def close(self) -> None:
        """Give back everything."""
        os.close(self._file)

    @staticmethod
    def slot(key: str) -> int:
        """The slot of a host, the same in every process."""
        digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % SLOTS

    # ------------------------------------------------------------------------------------------- connections

    def try_connection(self, slot: int, limit: int) -> int | None:
        """One of the slot's `limit` connections, for `drop_connection`; None if all are in use: ask again soon."""
        now = self._clock()
        if now < self._stay_away.get(slot, 0.0):
            return None
        for index in range(1, 1 + min(limit, MAX_CONNECTIONS)):
            if self._try_lock(slot, index):
                if self._read(slot)[1]:
                    self._write(slot, wanted_at=0.0)
                return index
        if not self._has_connection(slot):  # who has one already gets by
            self._write(slot, wanted_at=now)
            self._write(_ANY_SLOT, wanted_at=now)
        return None

    def drop_connection(self, slot: int, index: int) -> None:
        """The connection is closed."""
        self._unlock(slot, index)

    def is_wanted(self, slot: int) -> bool:
        """Whether another process waits for a connection; the caller then closes one, and we stay away a while."""
        now = self._clock()
        wanted = 0.0 <= now - self._read(slot)[1] < WANTED_FOR_S
        if wanted:
            self._stay_away[slot] = now + YIELD_S
        return wanted

    def anyone_waits(self) -> bool:
        """Whether a process waits for a connection to any host: then it is worth asking for each."""
        return 0.0 <= self._clock() - self._read(_ANY_SLOT)[1] < WANTED_FOR_S

    def _has_connection(self, slot: int) -> bool:
        first = slot * _LOCKS_PER_SLOT + 1
        return any(at in self._held for at in range(first, first + MAX_CONNECTIONS))

    # ------------------------------------------------------------------------------------------------ starts

    async def claim_start(self, slot: int, delay_s: float) -> None:
        """Wait until `delay_s` after the last start of any process, and keep all others from starting."""
        while True:
            if self._try_lock(slot, 0):
                wait_s = self._due_in_s(slot, delay_s)
                if wait_s <= 0:
                    return
                self._unlock(slot, 0)
            else:
                wait_s = POLL_S
            await asyncio.sleep(wait_s)

    def note_start(self, slot: int, counted_from: float) -> None:
        """A request was sent; the next may start `delay_s` after `counted_from`."""
        self._write(slot, counted_from=counted_from)

    def amend_start(self, slot: int, noted: float, counted_from: float) -> None:
        """The start noted as `noted` counts from an earlier time. Nobody can have started since, since it is not
        even that time yet; but another host may be in the same slot."""
        if self._read(slot)[0] == noted:
            self._write(slot, counted_from=counted_from)

    def drop_start(self, slot: int) -> None:
        """Others may start, as far as their gap allows it."""
        self._unlock(slot, 0)

    def _due_in_s(self, slot: int, delay_s: float) -> float:
        """0 where the file says more than can be true: it may be of another boot."""
        wait_s = self._read(slot)[0] + delay_s - self._clock()
        return wait_s if wait_s <= delay_s + MAX_SLACK_S else 0.0

    # ---------------------------------------------------------------------------------------------- the file

    def _read(self, slot: int) -> tuple[float, float]:
        data = os.pread(self._file, _DATA.size, slot * _DATA.size)
        counted_from, wanted_at = _DATA.unpack(data.ljust(_DATA.size, b"\0"))  # should somebody cut the file
        return counted_from, wanted_at

    def _write(self, slot: int, *, counted_from: float | None = None, wanted_at: float | None = None) -> None:
        with suppress(OSError):  # disk full: the locks still hold
            if counted_from is not None:
                os.pwrite(self._file, struct.pack("<d", counted_from), slot * _DATA.size)
            if wanted_at is not None:
                os.pwrite(self._file, struct.pack("<d", wanted_at), slot * _DATA.size + 8)

    def _try_lock(self, slot: int, index: int) -> bool:
        at = slot * _LOCKS_PER_SLOT + index
        if at in self._held:
            return False
        try:
            self._set_lock(fcntl.F_WRLCK, _LOCKS_AT + at)
        except OSError as error:
            if error.errno in _HELD_BY_OTHERS:
                return False
            raise
        self._held.add(at)
        return True

    def _unlock(self, slot: int, index: int) -> None:
        at = slot * _LOCKS_PER_SLOT + index
        if at in self._held:
            self._held.discard(at)
            self._set_lock(fcntl.F_UNLCK, _LOCKS_AT + at)


def _lock_setter(file: int) -> Callable[[int, int], object]:
    """How a byte is locked here: by open file description where there is that (Linux), so that two clients of one
    process exclude each other as well; else by process."""

    def by_description(kind: int, at: int) -> object:
        return fcntl.fcntl(file, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, at, 1, 0))

    def by_process(kind: int, at: int) -> object:
        operation = fcntl.LOCK_UN if kind == fcntl.F_UNLCK else fcntl.LOCK_EX | fcntl.LOCK_NB
        return fcntl.lockf(file, operation, 1, at)

    if not hasattr(fcntl, "F_OFD_SETLK"):
        return by_process
    try:
        by_description(fcntl.F_UNLCK, 0)
    except OSError:
        return by_process
    return by_description
