"""What this process may use of the machine it runs on."""

from __future__ import annotations

import os
from pathlib import Path

_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # cgroup v2: "max 100000", or microseconds of each period


def usable_cpus(quota: Path = _CGROUP_QUOTA) -> int:
    """How many processes can run at once: the CPUs that we may use, within a container's quota."""
    process_cpu_count = getattr(os, "process_cpu_count", None)  # Python 3.13 and later
    if process_cpu_count is not None:
        count = process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min(count, _quota_cpus(quota) or count))


def _quota_cpus(quota: Path) -> int | None:
    try:
        runtime_us, period_us = quota.read_text(encoding="ascii").split()
        return max(1, round(int(runtime_us) / int(period_us)))
    except (OSError, ValueError, ZeroDivisionError):  # no cgroup v2, or "max"
        return None
