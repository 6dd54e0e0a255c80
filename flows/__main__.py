"""`python -m flows` is `presswatch`."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command. Until it listens to signals itself, a Ctrl-C ends the process without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from flows import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
