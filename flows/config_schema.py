"""The shape of config.yaml: its keys, what each may hold, and what it is when left out.

Every key carries in `description` what is expected of it, in the words of an error ("expected ..."). The defaults
are those of `extractors.model`, said again so that a look-up need not import it; a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from flows.report.period import parse_span
from flows.schedule import parse_schedule

# ISO 639-1, the codes in use (Library of Congress, code list for the representation of names of languages)
LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz
    ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln
    lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi
    pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th
    ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905 - read as a table
)
_SWITCH = {"yes": True, "on": True, "no": False, "off": False}


def _key(default: Any, expected: str, **bounds: Any) -> Any:
    return Field(default, description=expected, **bounds)


def _checked(check: Callable[[str], object]) -> AfterValidator:
    """Takes a text that `check` takes without a ValueError, and leaves it as it was written."""

    def validate(value: str) -> str:
        check(value)
        return value

    return AfterValidator(validate)


def _web_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("it starts with http:// or https:// and a host")
    if parts.port == 0 or not url.isprintable() or " " in url or len(url) > 2000:
        raise ValueError("no spaces or control characters, at most 2,000 characters")


def _network(cidr: str) -> None:
    ip_network(cidr)


def _timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder of zones, a path outside of them, no such name
        near = _near_timezones(name)
        raise ValueError(f"did you mean {near[0]}?" if near else "") from None


@lru_cache(maxsize=100)
def _near_timezones(name: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name[:80], available_timezones(), n=1, cutoff=0.8)


def _notice_address(url: str) -> None:
    scheme, _, rest = url.partition("://")
    if not (
        rest and scheme.isascii() and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()
    ):
        raise ValueError("it starts with a scheme that apprise knows, such as mailtos:// or slack://")
    if not url.isprintable() or len(url) > 2000:
        raise ValueError("no control characters, at most 2,000 characters")


def _language(code: str) -> None:
    if code not in LANGUAGES:
        raise ValueError


def _user_agent(text: str) -> None:
    if not (text.isascii() and text.isprintable() and text.strip()) or len(text) > 300:
        raise ValueError("it is sent as a header")


def _some_text(text: str) -> None:
    if not text.strip() or "\x00" in text:
        raise ValueError


def _interval(text: str) -> None:
    if parse_schedule(text).interval_s is None:
        raise ValueError("an interval is a number with s, m, h or d")


def _switched(value: Any) -> Any:
    return _SWITCH.get(value.lower(), value) if isinstance(value, str) else value


Text = Annotated[str, _checked(_some_text), Field(description="a text that is not empty")]
WebAddress = Annotated[str, _checked(_web_address), Field(description="a web address")]
NoticeAddress = Annotated[str, _checked(_notice_address), Field(description="an address of apprise")]
NoticeKind = Annotated[
    Literal["feed_dead", "source_quiet", "template_changed", "gap", "round_failed", "disk_low"],
    Field(description="one of feed_dead, source_quiet, template_changed, gap, round_failed, disk_low"),
]
Network = Annotated[str, _checked(_network), Field(description="a network such as 127.0.2.0/24")]
Switch = Annotated[bool, BeforeValidator(_switched)]
Id = Annotated[
    str, Field(pattern=r"^[a-z0-9_-]{1,64}$", description="up to 64 of the characters a-z 0-9 _ -")
]
Workers = Literal["auto"] | Annotated[int, Field(ge=1, le=256)]


class Section(BaseModel):
    """Whatever stands in the file stands here: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_left_out(cls, values: Any) -> Any:
        """A known key with no value (a list whose items are all commented out) is a key that is left out."""
        if not isinstance(values, dict):
            return values
        return {
            key: value for key, value in values.items() if value is not None or key not in cls.model_fields
        }


class FetchSection(Section):
    user_agent: Annotated[str, _checked(_user_agent)] = _key(
        "presswatch (+https://example.org/about-our-crawler)", "up to 300 printable ASCII characters"
    )
    timeout_s: float = _key(20.0, "a number greater than 0, at most 600", gt=0, le=600)
    max_bytes: int = _key(
        10_000_000, "a whole number from 1_000 to 1_000_000_000", ge=1_000, le=1_000_000_000
    )
    max_redirects: int = _key(5, "a whole number from 0 to 20", ge=0, le=20)
    max_entries: int = _key(500, "a whole number from 1 to 100_000", ge=1, le=100_000)
    per_host_connections: int = _key(2, "a whole number from 1 to 64", ge=1, le=64)
    per_host_delay_s: float = _key(0.5, "a number from 0 to 600", ge=0, le=600)
    concurrency: int = _key(64, "a whole number from 1 to 1000", ge=1, le=1000)
    respect_robots: Switch = _key(True, "true or false")
    allow_networks: list[Network] = _key([], "a list of networks")


class ExtractSection(Section):
    workers: Workers = _key("auto", "auto, or a whole number from 1 to 256")
    timeout_s: float = _key(15.0, "a number greater than 0, at most 600", gt=0, le=600)


class PublishSection(Section):
    every: Annotated[str, _checked(_interval)] | None = _key(None, "an interval such as 10m")
    max_share: float = _key(0.1, "a number greater than 0, at most 1", gt=0, le=1)


class ArchiveSection(Section):
    folder: Text = _key(..., "a path")
    rotate_mb: int = _key(1_000, "a whole number from 1 to 100_000", ge=1, le=100_000)
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = _key(None, "a whole number from 1 to 36_500")


class NoticesSection(Section):
    urls: list[NoticeAddress] = _key([], "a list of addresses of apprise")
    kinds: list[NoticeKind] = _key(
        ["feed_dead", "source_quiet", "template_changed", "gap", "round_failed", "disk_low"],
        "a list of feed_dead, source_quiet, template_changed, gap, round_failed, disk_low",
    )
    timeout_s: float = _key(20.0, "a number greater than 0, at most 120", gt=0, le=120)


class SourceSection(Section):
    id: Id
    name: Text
    feeds: list[WebAddress] = _key([], "a list of web addresses")
    sitemaps: list[WebAddress] = _key([], "a list of web addresses")
    language: Annotated[str, _checked(_language)] | None = _key(
        None, "a two-letter language code (ISO 639-1) such as en"
    )
    timezone: Annotated[str, _checked(_timezone)] | None = _key(
        None, "a timezone name (IANA) such as Europe/London"
    )
    tags: list[Text] = _key([], "a list of texts")
    protect: list[Text] = _key([], "a list of texts")
    drop: list[Text] = _key([], "a list of texts")


class WatchlistSection(Section):
    id: Id
    any: list[Text] = _key([], "a list of terms")
    all: list[Text] = _key([], "a list of terms")
    none: list[Text] = _key([], "a list of terms")


class ReportSection(Section):
    every: Annotated[str, _checked(parse_schedule)] = _key(
        "0 7 * * *", "a cron expression, or an interval such as 1d"
    )
    since: Annotated[str, _checked(parse_span)] = _key("24h", "a span such as 24h or 7d")
    folder: Text = _key("data/reports", "a path")
    watchlists: list[Id] = _key([], "a list of ids of watchlists")
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = _key(None, "a whole number from 1 to 36_500")


class ConfigFile(Section):
    database: Text = _key("data/presswatch.duckdb", "a path")
    published: Text = _key("data/news.duckdb", "a path")
    schedule: Annotated[str, _checked(parse_schedule)] = _key(
        "*/10 * * * *", "a cron expression, or an interval such as 10m"
    )
    fetch: FetchSection = _key(FetchSection(), "a mapping")
    extract: ExtractSection = _key(ExtractSection(), "a mapping")
    archive: ArchiveSection | None = _key(None, "a mapping")
    publish: PublishSection = _key(PublishSection(), "a mapping")
    notices: NoticesSection | None = _key(None, "a mapping")
    report: ReportSection | None = _key(None, "a mapping")
    search: Switch = _key(True, "true or false")
    sources: list[SourceSection] = _key(..., "a list of at least one source", min_length=1)
    watchlists: list[WatchlistSection] = _key([], "a list of watchlists")
