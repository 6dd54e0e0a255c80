"""config.yaml, as an operator writes it: what is taken, and the one line that says what is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import ArchiveSettings, FetchSettings, Source, Watchlist
from flows.config import Config, ConfigError, load_config
from flows.config_lines import scalar_value
from flows.config_schema import (
    ArchiveSection,
    ConfigFile,
    ExtractSection,
    FetchSection,
    NoticesSection,
    PublishSection,
    ReportSection,
    SourceSection,
    WatchlistSection,
)
from flows.schedule import Schedule
from storage.pace import Pace

ROOT = Path(__file__).parents[2]
ONE_SOURCE = "sources:\n  - {id: a, name: A, feeds: ['https://a.example/rss']}\n"

Loader = Callable[..., Config]
Complaint = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    def load_text(text: str | bytes, **environ: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_config(path, environ, cpus=lambda: 3)

    return load_text


@pytest.fixture
def complaints(load: Loader, tmp_path: Path) -> Complaint:
    """The lines of the error that a config leads to, with the folder cut off."""

    def complain(text: str | bytes, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text, **environ)
        return str(caught.value).replace(f"{tmp_path}/", "").split("\n")

    return complain


# -------------------------------------------------------------------------------------------- what is taken


def test_a_source_is_all_that_a_config_needs(load: Loader, tmp_path: Path) -> None:
    config = load(ONE_SOURCE)
    assert config.sources == (Source("a", "A", feeds=("https://a.example/rss",)),)
    assert config.database == tmp_path / "data/presswatch.duckdb"
    assert config.published == tmp_path / "data/news.duckdb"
    assert config.schedule == Schedule(cron="*/10 * * * *")
    assert config.fetch == FetchSettings()
    assert (config.extract.workers, config.extract.timeout_s) == (3, 15.0)
    assert config.watchlists == ()


def test_every_key_of_the_contract_arrives_where_it_is_used(load: Loader) -> None:
    config = load("""\
database: /srv/live.duckdb
published: ~/news.duckdb
schedule: 10m
fetch: {timeout_s: 7, max_bytes: 10_000_000, per_host_delay_s: 0.25, respect_robots: no,
        allow_networks: [127.0.2.0/24, "fd00::/8"]}
extract: {workers: 8, timeout_s: 2.5}
sources:
  - id: example
    name: Example News
    feeds: [https://example.org/rss]
    sitemaps: [https://example.org/news.xml]
    language: no
    timezone: Europe/Oslo
    tags: [no, "2024"]
    protect: [Our column]
    drop: [Read more]
watchlists:
  - {id: energy, any: ["heat pump*"], all: [], none: ["stock tip*"]}
""")
    assert config.database == Path("/srv/live.duckdb")
    assert config.published == Path("~/news.duckdb").expanduser()
    assert config.schedule == Schedule(interval_s=600)
    assert config.fetch == FetchSettings(
        timeout_s=7,
        max_bytes=10_000_000,
        per_host_delay_s=0.25,
        respect_robots=False,
        allow_networks=("127.0.2.0/24", "fd00::/8"),
    )
    assert (config.extract.workers, config.extract.timeout_s) == (8, 2.5)
    assert config.sources == (
        Source(
            "example",
            "Example News",
            ("https://example.org/rss",),
            ("https://example.org/news.xml",),
            "no",
            "Europe/Oslo",
            ("no", "2024"),
            ("Our column",),
            ("Read more",),
        ),
    )
    assert config.watchlists == (Watchlist("energy", ("heat pump*",), (), ("stock tip*",)),)


def test_the_shipped_config_is_sound_and_explains_every_key() -> None:
    config = load_config(ROOT / "config.yaml", {})
    assert len(config.sources) >= 12
    assert len({source.language for source in config.sources}) >= 8
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    comments = "\n".join(re.findall(r"#.*", text))
    for section in (
        ConfigFile,
        FetchSection,
        ExtractSection,
        ArchiveSection,
        PublishSection,
        NoticesSection,
        ReportSection,
    ):
        for key in section.model_fields:
            assert re.search(rf"^(?:# )? *{key}:", text, re.MULTILINE), f"{key} is not in config.yaml"
    for key in SourceSection.model_fields:
        assert re.search(rf"# +{key} ", comments), f"{key} of a source is not explained in config.yaml"
    for key in WatchlistSection.model_fields:
        assert key in comments


def test_the_defaults_are_those_of_the_shipped_config() -> None:
    shipped = load_config(ROOT / "config.yaml", {}, cpus=lambda: 1)
    assert shipped.fetch == FetchSettings()
    assert shipped.schedule == Schedule(cron=ConfigFile.model_fields["schedule"].default)
    assert shipped.database == ROOT / ConfigFile.model_fields["database"].default
    assert shipped.published == ROOT / ConfigFile.model_fields["published"].default


def test_pages_are_kept_where_there_is_an_archive_and_nowhere_else(load: Loader, tmp_path: Path) -> None:
    assert load(ONE_SOURCE).archive is None
    kept = load("archive: {folder: pages, rotate_mb: 5, keep_days: 30}\n" + ONE_SOURCE).archive
    assert kept == ArchiveSettings(tmp_path / "pages", 5_000_000, 30)
    assert load("archive: {folder: pages}\n" + ONE_SOURCE).archive == ArchiveSettings(tmp_path / "pages")


def test_rounds_publish_at_the_pace_of_the_config(load: Loader) -> None:
    assert load(ONE_SOURCE).pace == Pace(0.0, 0.1)
    assert load("publish: {every: 10m, max_share: 0.5}\n" + ONE_SOURCE).pace == Pace(600.0, 0.5)


def test_publishing_has_an_interval_and_no_cron_expression(complaints: Complaint) -> None:
    assert complaints(ONE_SOURCE + "publish:\n  every: '* * * * *'\n") == [
        (
            "config.yaml:4: publish.every: expected an interval such as 10m, found '* * * * *' "
            "(an interval is a number with s, m, h or d)"
        )
    ]


def test_a_key_whose_items_are_all_commented_out_is_a_key_left_out(load: Loader) -> None:
    config = load("watchlists:\nfetch:\n  allow_networks:\n" + ONE_SOURCE)
    assert config.watchlists == ()
    assert config.fetch.allow_networks == ()


def test_what_sources_share_is_written_once_with_an_anchor(load: Loader) -> None:
    config = load("""\
sources:
  - &first {id: a, name: A, feeds: ["https://a.example/rss"], language: de, tags: [x]}
  - {<<: *first, id: b, feeds: ["https://b.example/rss"]}
""")
    assert config.sources[1] == Source("b", "A", ("https://b.example/rss",), language="de", tags=("x",))


def test_a_text_takes_values_from_the_environment(load: Loader) -> None:
    text = ONE_SOURCE + 'database: "${DATA}/live-$${X}.duckdb"\n'
    assert load(text, DATA="/srv").database == Path("/srv/live-${X}.duckdb")


def test_a_byte_order_mark_is_no_part_of_the_config(load: Loader) -> None:
    assert load(b"\xef\xbb\xbf" + ONE_SOURCE.encode()).sources[0].id == "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", Schedule(interval_s=90)),
        ("1h", Schedule(interval_s=3600)),
        ("1d", Schedule(interval_s=86400)),
        ("0 4 * * MON-FRI", Schedule(cron="0 4 * * MON-FRI")),
        ("*/5   6-22 * * *", Schedule(cron="*/5 6-22 * * *")),
    ],
)
def test_a_schedule_is_a_cron_expression_or_an_interval(load: Loader, text: str, expected: Schedule) -> None:
    assert load(ONE_SOURCE + f'schedule: "{text}"\n').schedule == expected


# ------------------------------------------------------------------------------- what is wrong, in one line


def test_a_wrong_value_is_one_line_with_file_line_key_expected_and_found(complaints: Complaint) -> None:
    assert complaints(ONE_SOURCE + "fetch:\n  timeout_s: soon\n") == [
        "config.yaml:4: fetch.timeout_s: expected a number greater than 0, at most 600, found 'soon'"
    ]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("fetch: {timeout_s: 0}", "fetch.timeout_s: expected a number greater than 0, at most 600, found 0"),
        (
            "fetch: {timeout_s: true}",
            "fetch.timeout_s: expected a number greater than 0, at most 600, found true",
        ),
        (
            "fetch: {timeout_s: .inf}",
            "fetch.timeout_s: expected a number greater than 0, at most 600, found '.inf'",
        ),
        (
            "fetch: {max_redirects: 2.5}",
            "fetch.max_redirects: expected a whole number from 0 to 20, found 2.5",
        ),
        ("fetch: {respect_robots: maybe}", "fetch.respect_robots: expected true or false, found 'maybe'"),
        ("fetch: [1]", "fetch: expected a mapping, found a list"),
        (
            "extract: {workers: many}",
            "extract.workers: expected auto, or a whole number from 1 to 256, found 'many'",
        ),
        ("extract: {workers: 0}", "extract.workers: expected auto, or a whole number from 1 to 256, found 0"),
        ("watchlists: {}", "watchlists: expected a list of watchlists, found a mapping"),
        ("database: 5", "database: expected a path, found 5 (put it in quotes)"),
        ("database: ''", "database: expected a path, found ''"),
        (
            "fetch: {allow_networks: [127.0.0.1/8]}",
            (
                "fetch.allow_networks[0]: expected a network such as 127.0.2.0/24, found '127.0.0.1/8' "
                "(127.0.0.1/8 has host bits set)"
            ),
        ),
        (
            'fetch: {user_agent: "preß"}',
            (
                "fetch.user_agent: expected up to 300 printable ASCII characters, "
                "found 'preß' (it is sent as a header)"
            ),
        ),
        (
            "schedule: '61 * * * *'",
            (
                "schedule: expected a cron expression, or an interval such as 10m, "
                "found '61 * * * *' (bad minute)"
            ),
        ),
        (
            "schedule: 1s",
            (
                "schedule: expected a cron expression, or an interval such as 10m, found '1s' "
                "(an interval lies between 5s and 31d)"
            ),
        ),
        (
            "schedule: '* * * *'",
            (
                "schedule: expected a cron expression, or an interval such as 10m, found '* * * *' "
                "(a cron expression has five fields: minute, hour, day, month, weekday)"
            ),
        ),
        (
            "schedule: '0 0 29 2 1#6'",
            (
                "schedule: expected a cron expression, or an interval such as 10m, "
                "found '0 0 29 2 1#6' (bad day-of-week)"
            ),
        ),
        (
            "fetsch: {}",
            (
                "fetsch: expected one of database, published, schedule, fetch, extract, archive, publish, notices, report, search, "
                "sources, watchlists, "
                "found the unknown key 'fetsch' (did you mean fetch?)"
            ),
        ),
        (
            "extract: {colour: red}",
            "extract.colour: expected one of workers, timeout_s, found the unknown key 'colour'",
        ),
        (
            "published: data/presswatch.duckdb\ndatabase: data/presswatch.duckdb",
            (
                "published: expected another file than the database's, "
                "found 'data/presswatch.duckdb' (also on line 2)"
            ),
        ),
        (
            "watchlists: [{id: w, any: [a*b]}]",
            (
                "watchlists[0].any[0]: expected a word, a phrase, or a beginning*, found 'a*b' "
                "(a * stands at the end of a word only)"
            ),
        ),
        (
            "watchlists: [{id: w, none: [x]}]",
            "watchlists[0]: expected at least one term in any or all, found none",
        ),
    ],
)
def test_each_kind_of_mistake_has_its_words(complaints: Complaint, lines: str, complaint: str) -> None:
    assert complaints(lines + "\n" + ONE_SOURCE) == [f"config.yaml:1: {complaint}"]


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("id: Ex", "sources[0].id: expected up to 64 of the characters a-z 0-9 _ -, found 'Ex'"),
        (
            "id: 7",
            "sources[0].id: expected up to 64 of the characters a-z 0-9 _ -, found 7 (put it in quotes)",
        ),
        (
            "language: english",
            (
                "sources[0].language: expected a two-letter language code (ISO 639-1) such as en, "
                "found 'english'"
            ),
        ),
        (
            "timezone: Europe/Londn",
            (
                "sources[0].timezone: expected a timezone name (IANA) such as Europe/London, "
                "found 'Europe/Londn' "
                "(did you mean Europe/London?)"
            ),
        ),
        (
            "timezone: Europe",
            "sources[0].timezone: expected a timezone name (IANA) such as Europe/London, found 'Europe'",
        ),
        (
            "timezone: ../x",
            "sources[0].timezone: expected a timezone name (IANA) such as Europe/London, found '../x'",
        ),
        (
            "feeds: [ftp://a.example/]",
            (
                "sources[0].feeds[0]: expected a web address, found 'ftp://a.example/' "
                "(it starts with http:// or https:// and a host)"
            ),
        ),
        (
            "feeds: ['https://[::1/']",
            "sources[0].feeds[0]: expected a web address, found 'https://[::1/' (Invalid IPv6 URL)",
        ),
        (
            "feeds: ['https://a.example/a b']",
            (
                "sources[0].feeds[0]: expected a web address, found 'https://a.example/a b' "
                "(no spaces or control characters, at most 2,000 characters)"
            ),
        ),
        ("tags: [1]", "sources[0].tags[0]: expected a text that is not empty, found 1 (put it in quotes)"),
        ("protect: x", "sources[0].protect: expected a list of texts, found 'x'"),
        ("feeds: []", "sources[0]: expected at least one address in feeds or sitemaps, found none"),
    ],
)
def test_a_mistake_in_a_source_is_found_at_its_line(complaints: Complaint, key: str, complaint: str) -> None:
    keys = {"id": "id: a", "name": "name: A", "feeds": "feeds: ['https://a.example/rss']"}
    keys[key.split(":")[0]] = key
    line = 4 if complaint.startswith("sources[0]: ") else 4 + list(keys).index(key.split(":")[0])
    text = "# a comment\n\nsources:\n  - " + "\n    ".join(keys.values()) + "\n"
    assert complaints(text) == [f"config.yaml:{line}: {complaint}"]


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file(complaints: Complaint) -> None:
    told = complaints("""\
fetch:
  timout_s: 3
  max_bytes: lots
sources:
  - id: a
    feeds: [https://a.example/rss]
  - id: a
    name: B
    feeds: [https://a.example/rss]
  - 5
""")
    assert [line.split(": expected")[0] for line in told] == [
        "config.yaml:2: fetch.timout_s",
        "config.yaml:3: fetch.max_bytes",
        "config.yaml:5: sources[0].name",
        "config.yaml:7: sources[1].id",
        "config.yaml:9: sources[1].feeds[0]",
        "config.yaml:10: sources[2]",
    ]
    assert told[0].endswith("found the unknown key 'timout_s' (did you mean timeout_s?)")
    assert told[2].endswith("expected a text that is not empty, found no such key")
    assert told[3].endswith("expected an id of its own, found 'a' (also on line 5)")
    assert told[4].endswith("expected each feed once, found 'https://a.example/rss' (also on line 6)")
    assert told[5].endswith("expected a mapping, found 5")


def test_a_key_given_twice_is_told_and_not_silently_the_last(complaints: Complaint) -> None:
    assert complaints(ONE_SOURCE + "fetch:\n  timeout_s: 3\n  timeout_s: 4\n") == [
        "config.yaml:5: fetch.timeout_s: expected each key once, found it a second time (first on line 4)"
    ]


def test_a_config_without_sources_has_nothing_to_do(complaints: Complaint) -> None:
    assert complaints("schedule: 10m\n") == [
        "config.yaml:1: sources: expected a list of at least one source, found no such key"
    ]
    assert complaints("sources: []\n") == [
        "config.yaml:1: sources: expected a list of at least one source, found an empty list"
    ]


def test_a_variable_that_is_not_set_is_told_once(complaints: Complaint) -> None:
    assert complaints(ONE_SOURCE + "fetch:\n  user_agent: ${BOT}\n") == [
        (
            "config.yaml:4: fetch.user_agent: expected the environment variable BOT to be set, "
            "found no such variable"
        )
    ]
    assert complaints(ONE_SOURCE + 'database: "${no such}"\n') == [
        "config.yaml:3: database: expected the name of an environment variable in ${}, found 'no such'"
    ]


def test_a_value_of_the_environment_is_never_shown(complaints: Complaint) -> None:
    text = ONE_SOURCE.replace("'https://a.example/rss'", '"https://${TOKEN} @a.example/rss"')
    told = complaints(text, TOKEN="s3cret")
    assert told == [
        (
            "config.yaml:2: sources[0].feeds[0]: expected a web address, "
            "found the value of an environment variable"
        )
    ]


# --------------------------------------------------------------------------------------- what can't be read


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "config.yaml: expected a config, found an empty file"),
        ("# only a comment\n", "config.yaml: expected a config, found an empty file"),
        ("--- ~\n", "config.yaml: expected a config, found an empty file"),
        ("- a\n", "config.yaml:1: expected a mapping, found a list"),
        ("just words\n", "config.yaml:1: expected a mapping, found 'just words'"),
        (
            "a: b: c\n",
            "config.yaml:1: expected YAML, found mapping values are not allowed in this context (column 5)",
        ),
        ("a: 1\n---\nb: 2\n", "config.yaml:2: expected one document, found a second one"),
        ("a: [1, 2\n", "config.yaml:2: expected YAML, found did not find expected ',' or ']' (column 1)"),
        (
            "\ta: 1\n",
            "config.yaml:1: expected YAML, found found character that cannot start any token (column 1)",
        ),
        ("a: x\x1b[31m\n", "config.yaml:1: expected text, found the character U+001B"),
        (b"a: 1\nb: \xff\n", "config.yaml:2: expected text in UTF-8, found the byte 0xFF"),
        ("a: 1\n".encode("utf-16"), "config.yaml:1: expected text in UTF-8, found the byte 0xFF"),
        ("a: *x\n", "config.yaml:1: a: expected an anchor &x above this line, found *x"),
        ("a: &x [*x]\n", "config.yaml:1: a[0]: expected an anchor &x above this line, found *x"),
        ("? [a]\n: 1\n", "config.yaml:1: expected a name as key, found a list"),
        ("a: &x b\n*x : 1\n", "config.yaml:2: expected a name as key, found *x"),
        (
            "a: " + "[" * 30 + "]" * 30,
            "config.yaml:1: a" + "[0]" * 19 + ": expected at most 20 levels, found a deeper one",
        ),
    ],
)
def test_a_file_that_is_no_config_is_one_line(
    complaints: Complaint, text: str | bytes, complaint: str
) -> None:
    assert complaints(text) == [complaint]


def test_a_tag_that_names_a_class_is_refused_and_nothing_is_made_of_it(complaints: Complaint) -> None:
    told = complaints(ONE_SOURCE + "database: !!python/object/apply:os.system [exit]\n")
    assert told[0].startswith("config.yaml:3: database: expected a plain value, found the tag")


def test_aliases_that_unfold_into_millions_are_refused_in_a_moment(complaints: Complaint) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 12)]
    told = complaints("\n".join(lines))
    assert len(told) == 1
    assert "at most 500,000 values, found more, with aliases unfolded" in told[0]


def test_a_merge_of_what_is_no_mapping_is_told(complaints: Complaint) -> None:
    told = complaints(ONE_SOURCE + "fetch:\n  <<: 5\n")
    assert told == [
        "config.yaml:4: fetch: expected a mapping, or a list of them, after <<, found something else"
    ]


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"expected a config file, found no such file .name another with --config"
    ):
        load_config(tmp_path / "none.yaml", {})


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a config file, found a folder"):
        load_config(tmp_path, {})


def test_a_file_below_a_file_is_no_config(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(ConfigError, match="expected a file that can be read, found not a directory"):
        load_config(tmp_path / "x" / "config.yaml", {})


def test_a_file_beyond_all_bounds_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    with path.open("wb") as stream:
        stream.truncate(30_000_000)
    with pytest.raises(ConfigError, match="expected at most 20,000,000 bytes, found more"):
        load_config(path, {})


# ---------------------------------------------------------------------------------------- what always holds


@given(st.text(max_size=300))
def test_any_text_is_a_config_or_a_config_error_of_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    for line in str(caught.value).split("\n"):
        assert line.startswith(f"{path}:")
        assert " expected " in line


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*ConfigFile.model_fields]), _values)
def test_any_value_at_any_key_is_taken_or_told_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    import yaml

    values = {"sources": [{"id": "a", "name": "A", "feeds": ["https://a.example/rss"]}], key: value}
    path = tmp_path_factory.getbasetemp() / "value.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    told = ""
    try:
        assert load_config(path, {}).sources
    except ConfigError as error:
        told = str(error)
    assert not told or re.match(rf"{re.escape(str(path))}:(\d+:)? ", told)


def test_reading_a_config_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from flows.config import load_config; "
        f"load_config(Path({str(ROOT / 'config.yaml')!r})); "
        "heavy = {'prefect', 'trafilatura', 'duckdb', 'pyarrow', 'httpx', 'rich'}; print(heavy & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_prefect_takes_every_cron_expression_that_we_take() -> None:
    """The schedule is checked without Prefect; what passes must not fail when it is deployed."""
    code = (
        "from prefect.client.schemas.schedules import CronSchedule; "
        "[CronSchedule(cron=c) for c in ('*/10 * * * *', '0 4 * * MON-FRI', '5 */2 1-15 JAN,JUL 0', '0 0 L * *')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_docs_have_every_key_with_what_is_expected_and_its_default() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    tables = {part.split("\n")[0].strip("` "): part for part in text.split("\n## ")}
    for heading, section in (
        ("At the top", ConfigFile), ("fetch", FetchSection), ("extract", ExtractSection),
        ("archive", ArchiveSection), ("report", ReportSection), ("notices", NoticesSection), ("publish", PublishSection),
        ("sources", SourceSection), ("watchlists", WatchlistSection),
    ):  # fmt: skip
        rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", tables[heading], re.MULTILINE)
        assert [key for key, _, _ in rows] == list(section.model_fields)
        for key, default, expected in rows:
            field = section.model_fields[key]
            assert expected == field.description
            if isinstance(field.default, str | int | float):
                assert scalar_value(default.strip("`")) == field.default
