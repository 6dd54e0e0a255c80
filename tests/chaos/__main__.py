"""`python -m chaos --kills 200 --seed 1`, from the folder of the tests: the long form."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from chaos.strikes import unleashed


def main() -> int:
    """0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        story = unleashed(
            Path(folder) / "disk", chosen.kills, chosen.seed, lambda text: print(text, flush=True)
        )
    for fault in story.faults:
        print(f"FAULT: {fault}", file=sys.stderr)
    return 1 if story.faults else 0


if __name__ == "__main__":
    sys.exit(main())
