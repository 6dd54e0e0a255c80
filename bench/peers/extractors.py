"""Extract the saved pages of a folder with one tool: `extractors.py TOOL FOLDER [--processes N]`.

Prints JSON: pages, and the CPU and wall seconds of extracting alone, imports and one first page left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Extract = Callable[[str, str], Any]


def trafilatura_tool() -> Extract:
    from trafilatura import bare_extraction

    return lambda html, url: bare_extraction(html, url=url, with_metadata=True)


def newspaper_tool() -> Extract:
    from newspaper import Article

    def extract(html: str, url: str) -> Any:
        article = Article(url, fetch_images=False)  # or it would ask for every image of the page
        article.download(input_html=html)
        article.parse()
        return article.text

    return extract


def newsplease_tool() -> Extract:
    from newsplease import NewsPlease

    return lambda html, url: NewsPlease.from_html(html, url=url)


TOOLS = {"trafilatura": trafilatura_tool, "newspaper4k": newspaper_tool, "news-please": newsplease_tool}


def extracted(tool: str, files: list[str]) -> dict[str, float]:
    extract = TOOLS[tool]()
    pages = [(Path(file).read_text("utf-8", errors="replace"), Path(file).stem) for file in files]
    _one(extract, *pages[0])
    cpu, wall = time.process_time(), time.perf_counter()
    for html, name in pages:
        _one(extract, html, name)
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "pages": len(pages)}


def _one(extract: Extract, html: str, name: str) -> None:
    try:
        extract(html, f"https://www.example.org/news/{name}.html")
    except Exception:  # a page that it can't read costs what it costs
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    # Some ask the web for images and lists in passing: they are refused at once, and nobody waits for them.
    os.environ.update(
        dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    )
    files = sorted(str(path) for path in arguments.folder.glob("*.html"))
    if arguments.processes == 1:
        print(json.dumps(extracted(arguments.tool, files)))
        return
    parts = [
        (arguments.tool, files[i :: arguments.processes]) for i in range(min(arguments.processes, len(files)))
    ]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with multiprocessing.get_context("spawn").Pool(len(parts)) as pool:
        done = pool.starmap(extracted, parts, chunksize=1)
    # They extract side by side; the slowest decides.
    print(
        json.dumps(
            {
                "cpu_s": sum(each["cpu_s"] for each in done),
                "wall_s": max(each["wall_s"] for each in done),
                "pages": sum(each["pages"] for each in done),
            }
        )
    )


if __name__ == "__main__":
    main()
