"""Send one conditional request to each feed with aiohttp: `conditional.py FILE`, lines of URL, tab, ETag.

Prints JSON: how many were answered 304, and the CPU of it, imports left out.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp


async def not_modified(rows: list[list[str]]) -> int:
    places = asyncio.Semaphore(64)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:

        async def ask(url: str, etag: str) -> bool:
            async with places, session.get(url, headers={"If-None-Match": etag}) as answer:
                await answer.read()
                return answer.status == 304

        return sum(await asyncio.gather(*(ask(url, etag) for url, etag in rows)))


def main() -> None:
    rows = [line.split("\t") for line in Path(sys.argv[1]).read_text().splitlines()]
    cpu = time.process_time()
    count = asyncio.run(not_modified(rows))
    print(json.dumps({"not_modified": count, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
