"""The deployment on one machine: a Prefect server, a runner, and who looks after both.

`supervisor` is the process that `presswatch serve` is: it starts the others, restarts what dies, and makes rounds
itself while Prefect is away. `runner` is a process of its own that serves the deployments; each flow run is a child
of it. `presence` tells which flow runs have a living process on this machine.
"""
