"""What `presswatch serve` is asked to serve; handed to the runner as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.schedule import Schedule


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
        """The folder of `presence`."""
        return self.home / "running"

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Order:
        values = json.loads(text)
        return cls(
            Path(values["config"]), Path(values["home"]), values["name"], Schedule(**values["schedule"])
        )
