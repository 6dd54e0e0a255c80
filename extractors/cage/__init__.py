"""Worker processes for code that may hang, crash or eat all memory: each job has a limit that kills.

Parsers of the open web do all three, and inside C code, where no signal handler and no thread reaches them
(trafilatura at 100,000 flat divs: 45 s). So a job runs in a process that can be killed, at no other's cost:

    async with Cage(workers=4, timeout_s=15) as cage:
        article = await cage.run(page_job, page, url=page.url)

`pool` has the line of jobs, `process` the parent's side of one worker, `worker` the process itself.
"""

from extractors.cage.pool import MEMORY_BYTES, RECYCLE_AFTER, Answer, Cage
from extractors.cage.process import CageError

__all__ = ["MEMORY_BYTES", "RECYCLE_AFTER", "Answer", "Cage", "CageError"]
