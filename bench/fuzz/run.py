"""Fuzz the parsers, guided by coverage: `python bench/fuzz/run.py [TARGET ...] --seconds 60 [--keep FOLDER]`.

Each target runs in a process of its own, from seeds out of the tests' corpus; needs atheris. What makes one fail is
written to FOLDER, and the exit code is 1. `--again FILE TARGET` runs one input once more.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMES = ("feed", "sitemap", "metadata", "article", "urls", "boilerplate", "config", "robots")
SLOWEST_S = 10  # of one input: more is a finding as well
MAX_BYTES = 4_096
SEEDS = {
    "urls": ["https://www.Example.org:443/a/../b/?utm_source=x&id=1#top", "//example.org/%7Euser?a=b&A=B"],
    "boilerplate": [
        "First paragraph of a story.\nRead more: another story\nSubscribe to our newsletter today!\n"
    ],
    "robots": ["User-agent: *\nCrawl-delay: 2\nDisallow: /*?a=$\nSitemap: https://example.org/s.xml\n"],
    "metadata": [
        (
            '<html><head><title>A title</title><meta property="og:title" content="x"><script type='
            '"application/ld+json">{"@type":"NewsArticle","headline":"h","datePublished":"2026-11-24T08:00:00Z",'
            '"author":[{"name":"Ann Lee"}]}</script></head><body><article><h1>A</h1><time datetime="2026-11-24">'
            "</time><p>By Ann Lee</p><p>A first paragraph with some words in it.</p></article></body></html>"
        )
    ],
    "sitemap": [
        "<urlset><url><loc>https://example.org/a</loc><lastmod>2026-11-24</lastmod></url></urlset>",
        "<sitemapindex><sitemap><loc>/b.xml</loc></sitemap></sitemapindex>",
    ],
}


def seeds(name: str, folder: Path) -> None:
    """Write what the target begins with."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [text.encode() for text in SEEDS.get("metadata" if name == "article" else name, [])]
    if name == "feed":
        texts += [path.read_bytes() for path in (ROOT / "tests" / "corpus" / "feeds").glob("*.xml")]
    if name == "config":
        texts.append((ROOT / "config.yaml").read_bytes()[:MAX_BYTES])
    for number, text in enumerate(texts):
        (folder / f"seed-{number}").write_bytes(text[:MAX_BYTES])


def fuzzed(name: str, seconds: int, keep: Path) -> bool:
    """Run one target in a process of its own; whether nothing was found."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        seeds(name, Path(folder))
        command = [sys.executable, __file__, "--inside", name, folder]
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={SLOWEST_S}",
            f"-max_len={MAX_BYTES}",
            "-rss_limit_mb=1500",
        ]
        place = f"-artifact_prefix={keep}/{name}-"
        done = subprocess.run(
            [*command, *options, place], capture_output=True, text=True, errors="replace", check=False
        )
    runs = re.findall(r"Done (\d+) runs", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    well = done.returncode == 0
    print(
        f"{name}: {runs[-1] if runs else '?'} runs, coverage {covered[-1] if covered else '?'}, "
        f"{'nothing found' if well else 'FOUND'}",
        flush=True,
    )
    if not well:
        print(done.stderr[-3_000:], flush=True)
    return well


def inside(name: str, arguments: list[str]) -> None:
    """In the process of one target: instrument what is imported, and go. Does not return."""
    import atheris

    sys.path[:0] = [str(HERE), str(ROOT)]
    with atheris.instrument_imports(include=["extractors", "flows", "feedparser"]):
        import targets
    atheris.Setup([sys.argv[0], *arguments], targets.TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    """0 when nothing was found."""
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--again", type=Path)
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if chosen.again:
        sys.path[:0] = [str(HERE), str(ROOT)]
        import targets

        targets.TARGETS[chosen.names[0]](chosen.again.read_bytes())
        return 0
    chosen.keep.mkdir(parents=True, exist_ok=True)
    results = [fuzzed(name, chosen.seconds, chosen.keep) for name in chosen.names or NAMES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
