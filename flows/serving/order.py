"""What `presswatch serve` is asked to serve; handed to the runner as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.schedule import Schedule

RUNNING = "PRESSWATCH_RUNNING"  # `Order.running`, handed from the supervisor to the flow runs below it


@dataclass(frozen=True, slots=True)
class Order:
    """`config` is absolute. `home` holds what keeps the deployment: logs, locks, and our own server's database.

    `name` is that of the deployments: several can share a Prefect server under names of their own.
    """

    config: Path
    home: Path
    name: str
    schedule: Schedule

    @property
    def running(self) -> Path:
        """Where the flow runs that live are seen: a folder of `storage.presence`."""
        return self.home / "running"

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Order:
        values = json.loads(text)
        return cls(
            Path(values["config"]), Path(values["home"]), values["name"], Schedule(**values["schedule"])
        )


def running_of(environ: Mapping[str, str]) -> Path | None:
    """The folder that this process's supervisor keeps; None when it has none."""
    return Path(environ[RUNNING]) if environ.get(RUNNING) else None
