"""A signal ends a command, also where Python or a library loses the exception that it raises."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIGNALS = pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])

# What a command does when the signal comes; `send()` is the signal.
LOST_IN_A_CALLBACK = """
class Left:
    def __del__(self):
        send()
Left()
"""
LOST_WITHOUT_A_WORD = """
try:
    send()
except BaseException:
    pass
"""
ON_ITS_WAY = """
try:
    send()
finally:
    try:
        raise LookupError
    except LookupError:
        time.sleep(1.5)  # several looks
    print("cleaned up")
"""
ALL_IS_WELL = "gc.collect()"

PROGRAM = """
import gc, os, signal, sys, time
from flows.signals import Ending

def send():
    os.kill(os.getpid(), signal.{name})
    time.sleep(0.01)

try:
    with Ending().heard():
        {action}
        while {waits}:
            time.sleep(60)
except KeyboardInterrupt:
    sys.exit(130)
"""


def ended(action: str, name: str, *, waits: bool = True) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(name=name, action=action.strip().replace("\n", "\n        "), waits=waits)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


@SIGNALS
@pytest.mark.parametrize("action", [LOST_IN_A_CALLBACK, LOST_WITHOUT_A_WORD])
def test_what_is_lost_is_raised_again(action: str, name: str, code: int) -> None:
    done = ended(action, name)
    assert (done.returncode, done.stderr) == (code, "")


@SIGNALS
def test_what_is_on_its_way_is_not_disturbed(name: str, code: int) -> None:
    done = ended(ON_ITS_WAY, name)
    assert (done.returncode, done.stdout, done.stderr) == (code, "cleaned up\n", "")


def test_without_a_signal_nothing_happens() -> None:
    done = ended(ALL_IS_WELL, "SIGTERM", waits=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_handler_that_took_over_is_told_once() -> None:
    """A second signal would mean "at once" to a round."""
    action = LOST_WITHOUT_A_WORD + (
        "signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\ntime.sleep(1.5)\n"
    )
    done = ended(action, "SIGTERM", waits=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "told\n", "")


def test_other_lost_exceptions_are_reported_as_ever() -> None:
    action = LOST_IN_A_CALLBACK.replace("send()", "raise ValueError('of somebody else')")
    done = ended(action, "SIGTERM", waits=False)
    assert done.returncode == 0
    assert done.stderr.startswith("Exception ignored in")
    assert done.stderr.rstrip().endswith("ValueError: of somebody else")


def test_a_second_signal_cuts_the_cleaning_up_short() -> None:
    action = "try:\n    send()\nfinally:\n    send()\n    print('never')\n"
    done = ended(action, "SIGTERM")
    assert (done.returncode, done.stdout) == (int(128 + signal.SIGTERM), "")


def test_cleaning_up_that_waits_for_ever_is_ended_too() -> None:
    """What asyncio runs while a loop is cleared away may be something that only begins."""
    action = (
        "import flows.signals\nflows.signals.CLEARING_S = 1\ntry:\n    send()\nfinally:\n    time.sleep(60)\n"
    )
    done = ended(action, "SIGTERM")
    assert (done.returncode, done.stderr) == (143, "")


WHILE_A_TASK_IS_NOTED = """
import asyncio
from flows.event_loop import run_async

async def work():
    print("begun")

def at_the_note(frame, event, argument):
    if event == "call" and frame.f_code.co_filename.endswith("_weakrefset.py") and frame.f_code.co_name == "add":
        sys.setprofile(None)
        send()

sys.setprofile(at_the_note)
run_async(work())
"""


@SIGNALS
def test_work_does_not_begin_when_the_signal_comes_as_its_task_is_made(name: str, code: int) -> None:
    done = ended(WHILE_A_TASK_IS_NOTED, name, waits=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
