"""A child process that ends when its parent does: `python -m flows.leash MODULE ARGUMENT...` runs MODULE so.

Its standard input is the leash. The parent holds the other end and never writes: when the parent has gone, even by a
kill -9, the system closes it, and a read of it returns.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable

GRACE_S = 5.0  # from SIGTERM to the end, for a server that waits for the last browser


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs `module` on a leash; to be started with a pipe as its standard input."""
    return [sys.executable, "-m", "flows.leash", module, *arguments]


def wait_for_loss() -> None:
    """Return when the parent has gone."""
    while os.read(0, 1024):
        pass


def end_with_parent(grace_s: float = GRACE_S, *, wait: Callable[[], None] = wait_for_loss) -> None:
    """SIGTERM to this process when the parent has gone; after `grace_s` it ends, whatever it does."""
    wait()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_s)
    os._exit(128 + signal.SIGTERM)


def main() -> None:
    """Run the module that the command line names, on a leash."""
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    threading.Thread(target=end_with_parent, daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
