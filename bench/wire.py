"""When requests really came: as the kernel saw them on loopback, and not as a busy server got to them.

By tcpdump, where it is installed and may be used (root). Only the first bytes of each GET are kept.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_OPTIONS = "-i lo --immediate-mode -U -s 96"  # of each packet its headers, at once
READY_S = 10.0
# The first four bytes behind the TCP header, whose length is in its 13th byte in words of four: "GET ".
_GETS = "dst port {port} and tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420"
_LINE = re.compile(r"(?P<at>\d+\.\d+) IP \S+ > (?P<host>\d+\.\d+\.\d+\.\d+)\.\d+:")


@dataclass(frozen=True)
class Requests:
    """How many there were, to how many hosts, and the shortest time between two to one host."""

    count: int
    hosts: int
    gap_s: float


@contextmanager
def captured(port: int, file: Path) -> Iterator[bool]:
    """Keep the requests to a port in `file` meanwhile; False where that can't be done here."""
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        yield False
        return
    command = [tcpdump, *_OPTIONS.split(), "-w", str(file), _GETS.format(port=port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _is_up(process, file)
        finally:
            process.terminate()


def _is_up(process: subprocess.Popen[bytes], file: Path) -> bool:
    until = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < until:
        if file.exists() and file.stat().st_size:
            return True
        time.sleep(0.1)
    return False


def requests_of(file: Path, *, without: str = "") -> Requests | None:
    """What was captured, less what went to the address `without`; None where nothing was."""
    if not file.exists():
        return None
    read = subprocess.run(
        ["tcpdump", "-r", str(file), "-tt", "-n"], capture_output=True, text=True, check=False
    )
    last: dict[str, float] = {}
    count, gap_s = 0, float("inf")
    for line in read.stdout.splitlines():
        found = _LINE.match(line)
        if found and found["host"] != without:
            at = float(found["at"])
            gap_s = min(gap_s, at - last.get(found["host"], float("-inf")))
            last[found["host"]] = at
            count += 1
    return Requests(count, len(last), gap_s) if last else None
