"""What the start of a command costs: CPU of a process, against `python -c "import duckdb"` in the same run.

    python bench/startup.py [RUNS]

Interleaved, median of RUNS (9). No command that needs no Prefect may cost three times the import.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import environ_as_installed

ROOT = Path(__file__).parents[1]
LIMIT = 3.0
CONFIG = ROOT / "config.yaml"
COMMANDS = {
    "--help": ["--help"],
    "status": ["status"],
    "sources": ["sources"],
    "sql": ["sql", "SELECT 1"],
    "extract --help": ["extract", "--help"],
}


def cpu_s(command: list[str], folder: Path) -> float:
    """CPU seconds, user and system, of one process and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environ = environ_as_installed() | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(runs: int) -> dict[str, list[float]]:
    """CPU seconds of each command, in turn."""
    # as the installed script does it, which is without the costs of `python -m`
    start = "import sys; from flows.cli import main; sys.exit(main())"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
        cpu_s([sys.executable, "-c", start, "publish"], folder)
        commands = {"import duckdb": [sys.executable, "-c", "import duckdb"]}
        commands |= {label: [sys.executable, "-c", start, *args] for label, args in COMMANDS.items()}
        costs: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(runs):
            for label, command in commands.items():
                costs[label].append(cpu_s(command, folder))
    return costs


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    medians = {label: statistics.median(costs) for label, costs in measured(runs).items()}
    reached = True
    for label, median in medians.items():
        ratio = median / medians["import duckdb"]
        reached &= ratio < LIMIT
        print(f"{label:<15} {median * 1000:6.0f} ms  {ratio:5.2f}")
    print("reached" if reached else "not reached", f"(limit {LIMIT})")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
