"""Ctrl-C and SIGTERM end a command by an exception, which clears worker processes and half-written files away.

Such an exception can be lost. It rises between two steps of Python, wherever these happen to be: in a callback of
importlib's locks or of the garbage collector Python drops it ("Exception ignored in"), below C code that clears
errors it goes without a word. Of 1,200 commands that got a SIGTERM while they imported their modules, 11 went on as
if nothing had been. So we look after it: what isn't on its way up a moment later is raised again.
"""

from __future__ import annotations

import _thread
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flows.exits import Exit

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOOK_S = 0.25  # between a signal and a look whether its exception is on its way
GONE_S = 1.0  # for a thread that has nothing more to do to end
CLEARING_S = (
    30.0  # for what clears away: whoever waits longer than that has begun something new, and is to end too
)


class Ending:
    """The end of one command by a signal. Made and entered in the main thread."""

    def __init__(self) -> None:
        self._raised: BaseException | None = None
        self._raised_at = 0.0
        self._is_over = False
        self._is_a_look = False
        self._goes_on = _thread.allocate_lock()  # held until the block is left
        self._looking = _thread.allocate_lock()  # held while there is a thread that looks
        self._goes_on.acquire()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """SIGINT raises KeyboardInterrupt in the block, SIGTERM SystemExit.

        The handlers stay when the block is left, for there are cleanings-up that come after it. Installed by us
        the one for SIGINT stays within asyncio, too: asyncio's own would wait for what blocks the loop.
        """
        for number in SIGNALS:
            signal.signal(number, self._hear)
        hook = sys.unraisablehook
        sys.unraisablehook = self._without_ours(hook)
        try:
            yield
        finally:
            self._is_over = True
            sys.unraisablehook = hook
            # A thread that wakes while Python is being taken down may crash it: it is gone before that begins.
            self._goes_on.release()
            self._looking.acquire(timeout=GONE_S)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        is_a_look, self._is_a_look = self._is_a_look, False
        if is_a_look and (self._is_over or self._is_on_its_way()):
            return
        is_first = self._raised is None
        self._raised_at = time.monotonic()
        self._raised = KeyboardInterrupt() if number == signal.SIGINT else SystemExit(Exit.TERMINATED)
        if is_first and not self._is_over:
            # Not threading's: its locks may be held by what the signal interrupts.
            self._looking.acquire(blocking=False)
            _thread.start_new_thread(self._look, (number, _thread.get_ident()))
        raise self._raised

    def _is_on_its_way(self) -> bool:
        return _is_being_handled(self._raised) and time.monotonic() - self._raised_at < CLEARING_S

    def _look(self, number: int, main_thread: int) -> None:
        """Have the main thread look, again and again, until the block is left or listens by itself."""
        try:
            while not self._goes_on.acquire(timeout=LOOK_S):
                is_ours = signal.getsignal(number) == self._hear
                self._is_a_look = is_ours
                signal.pthread_kill(main_thread, number)
                if not is_ours:
                    return  # a round: it ends in good order when it is told once, and at once when told twice
        finally:
            self._looking.release()

    def _without_ours(self, hook: Callable[[Any], Any]) -> Callable[[Any], None]:
        """Python's report of a lost exception, but for those that we look after."""

        def report(lost: Any) -> None:
            if lost.exc_value is None or lost.exc_value is not self._raised:
                hook(lost)

        return report


def _is_being_handled(error: BaseException | None) -> bool:
    """Whether what runs now are the `finally` and `except` blocks that `error` meets on its way."""
    waiting, seen = [sys.exc_info()[1]], set[int]()
    while waiting:
        handled = waiting.pop()
        if handled is None or id(handled) in seen:
            continue
        if handled is error:
            return True
        seen.add(id(handled))
        waiting += (handled.__cause__, handled.__context__)
    return False
