"""When requests and connections really came: as the kernel saw them on loopback, and not as a busy server got to them.

By tcpdump, where it is installed and may be used (root). Only the headers of a few packets are kept: those that open
or end a connection, and those that begin with GET.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_OPTIONS = "-i lo --immediate-mode -U -s 96"  # of each packet its headers, at once
READY_S = 10.0
# The first four bytes behind the TCP header, whose length is in its 13th byte in words of four: "GET ".
_WANTED = (
    "tcp port {port} and (tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 "
    "or tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420)"
)
_LINE = re.compile(
    r"(?P<at>\d+\.\d+) IP (?P<from>[\d.]+)\.(?P<from_port>\d+) > (?P<to>[\d.]+)\.(?P<to_port>\d+): "
    r"Flags \[(?P<flags>[^]]+)\]"
)


@dataclass
class Requests:
    """How many there were, to how many hosts, the shortest time between two to one host, and the most connections
    to one host that were open at a time: from the client's SYN to the first FIN or RST of either side."""

    count: int = 0
    hosts: int = 0
    gap_s: float = float("inf")
    connections: int = 0


@contextmanager
def captured(port: int, file: Path) -> Iterator[bool]:
    """Keep the requests to a port in `file` meanwhile; False where that can't be done here."""
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        yield False
        return
    command = [tcpdump, *_OPTIONS.split(), "-w", str(file), _WANTED.format(port=port)]
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


def requests_of(file: Path, port: int, *, without: str = "") -> Requests | None:
    """What was captured of a port, less what went to the address `without`; None where nothing was."""
    if not file.exists():
        return None
    command = ["tcpdump", "-r", str(file), "-tt", "-n"]
    read = subprocess.run(command, capture_output=True, text=True, check=False)
    found, last, open_ones = Requests(), dict[str, float](), defaultdict[str, set[str]](set)
    for packet in filter(None, map(_LINE.match, read.stdout.splitlines())):
        is_asked = packet["to_port"] == str(port)
        host, client = (
            (packet["to"], packet["from_port"]) if is_asked else (packet["from"], packet["to_port"])
        )
        if host == without:
            continue
        if set("FR") & set(packet["flags"]):
            open_ones[host].discard(client)
        elif "S" in packet["flags"] and is_asked:
            open_ones[host].add(client)
            found.connections = max(found.connections, len(open_ones[host]))
        elif is_asked:
            at = float(packet["at"])
            found.gap_s = min(found.gap_s, at - last.get(host, float("-inf")))
            last[host] = at
            found.count += 1
    found.hosts = len(last)
    return found if last else None
