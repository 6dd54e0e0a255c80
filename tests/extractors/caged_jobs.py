"""Jobs for the tests of the cage, imported by its workers: well-behaved, hanging, crashing, greedy ones."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

from extractors.errors import ParseFailed


def double(number: int) -> int:
    return 2 * number


def own_pid(_: object) -> int:
    return os.getpid()


def sleep_for(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def hang_in_c(_: object) -> object:
    """No signal handler runs and no other thread gets a turn until this regex is done: in years."""
    return re.match(r"(a+)+$", "a" * 60 + "b")


def segfault(_: object) -> object:
    return ctypes.string_at(0)


def leave_at_once(status: int) -> None:
    os._exit(status)


def exit_politely(_: object) -> None:
    sys.exit(3)


def take_memory(size: int) -> int:
    return len(bytearray(size))


def keep_memory(size: int) -> int:
    kept.append(b"x" * size)
    return os.getpid()


kept: list[bytes] = []


def die_the_first_time(marker: str) -> str:
    path = Path(marker)
    if not path.exists():
        path.write_text("tried")
        os.kill(os.getpid(), signal.SIGKILL)
    return "second try"


def count_and_die(marker: str) -> None:
    with Path(marker).open("a") as file:
        file.write("x")
    os._exit(7)


def echo(body: bytes) -> bytes:
    return body


def raise_value_error(text: str) -> None:
    raise ValueError(text)


def raise_parse_failed(url: str) -> None:
    raise ParseFailed(url, "no feed in it")


class StubbornError(Exception):
    """Survives pickling, and not unpickling."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__("stubborn")


def raise_stubborn(_: object) -> None:
    raise StubbornError(1, 2)


def make_a_function(_: object) -> object:
    return lambda: None


def shout(_: object) -> tuple[str, str]:
    print("spoils the terminal")
    print("spoils it too", file=sys.stderr)
    os.write(1, b"and this")
    return sys.stdin.read(), os.environ["OMP_NUM_THREADS"]


def signals_ignored(_: object) -> bool:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        os.kill(os.getpid(), number)
    return os.getpgrp() == os.getpid() and threading.active_count() == 1


def loaded(name: str) -> bool:
    return name in sys.modules


def leave_if_odd(number: int) -> int:
    if number % 2:
        os._exit(1)
    return number


def run_out_of_memory(_: object) -> None:
    raise MemoryError


def oom_score(_: object) -> int:
    return int(Path("/proc/self/oom_score_adj").read_text())
