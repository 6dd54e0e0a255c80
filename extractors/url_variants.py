"""What in an address does not say which article is meant: marks of trackers, AMP and print variants.

A parameter is dropped only where its name, or its name and value together, are known for tracking: two
articles taken for one are a loss, one article stored twice is only a nuisance.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote, unquote_plus

from extractors.url_parts import BadUrl, UrlParts, split_url

# Names are compared in lower case. Sources: the documentation of the products named, the parameter lists of
# browsers and ad blockers (Brave, Firefox, AdGuard), and publishers' own feeds.
_TRACKER_PREFIXES = (
    "utm_", "mtm_", "matomo_", "piwik_", "ga_", "hsa_", "_hs", "__hs", "mkt_", "vero_", "oly_",
    "elq", "at_", "xtor", "wt_", "wt.", "ns_", "sc_c", "__twitter", "fb_action", "fb_source", "cx_",
)  # fmt: skip
_TRACKER_NAMES = frozenset((
    # clicks
    "fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "ysclid",
    "twclid", "ttclid", "li_fat_id", "igshid", "igsh", "epik", "rdt_cid", "srsltid",
    "_openstat", "zanpid", "irclickid", "s_kwcid", "ef_id", "mkevt", "_ga", "_gl",
    "_branch_match_id", "sfnsn", "mibextid", "__tn__", "__cft__",
    # campaigns
    "mc_cid", "mc_eid", "mc_tc", "ml_subscriber", "ml_subscriber_hash", "_ke", "__s", "dm_i",
    "trk_contact", "trk_msg", "trk_module", "cmp", "cmpid", "campaign_id", "campaignid",
    "icid", "ncid", "s_cid", "pk_campaign", "pk_cid", "pk_content", "pk_keyword", "pk_kwd",
    "pk_medium", "pk_source", "nl_id", "newsletter_id", "trackingid", "tracking_id",
    # publishers and portals
    "guccounter", "guce_referrer", "guce_referrer_sig", "gaa_at", "gaa_n", "gaa_ts", "gaa_sig",
    "ocid", "cvid", "ito", "smid", "smtyp", "emc", "spm", "maca", "taid", "reflink", "wtrid",
    "wprov", "soc_src", "soc_trk", "share_id", "shareid", "sharetoken", "fromrss", "ref_src",
    "ref_url", "refsrc", "referrer", "referer",
    # sessions
    "jsessionid", "phpsessid", "sessionid",
))  # fmt: skip
# These names carry identifiers as well; with such a value they only tell where the reader came from.
_REFERRER_NAMES = frozenset((
    "ref", "source", "src", "from", "via", "origin", "medium", "campaign", "partner", "feature",
    "share", "fr", "traffic_source", "trk", "mod",
))  # fmt: skip
_REFERRER_WORDS = frozenset((
    "rss", "rss2", "rssfeed", "feed", "feeds", "atom", "xml", "feedburner", "feedly", "twitter",
    "tw", "x", "facebook", "fb", "linkedin", "whatsapp", "wa", "telegram", "tg", "instagram", "ig",
    "youtube", "youtu", "tiktok", "reddit", "pinterest", "email", "mail", "newsletter", "nl",
    "share", "shared", "sharing", "social", "socialmedia", "sm", "home", "homepage", "hp",
    "frontpage", "nav", "menu", "sidebar", "footer", "related", "recommended", "topnews", "push",
    "pushnotification", "notification", "app", "google", "googlenews", "gnews", "flipboard", "bing",
    "yahoo", "msn", "applenews", "smartnews", "newsbreak", "mastodon", "bluesky", "bsky", "threads",
    "syndication", "producthunt", "hackernews",
))  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")

_SWITCHED = frozenset(("", "0", "1", "true", "false", "yes", "no", "y", "n", "on", "off"))
_SWITCH_NAMES = frozenset(("amp", "_amp", "isamp", "print", "printable", "printview", "printer", "noamp"))
_FORM_NAMES = frozenset(
    ("output", "outputtype", "view", "format", "mode", "layout", "version", "type", "style", "m")
)
_FORMS = frozenset(
    ("amp", "amphtml", "print", "printable", "printview", "printer", "printer-friendly", "mobile")
)
_AMP_NAMES = frozenset(
    ("amp_js_v", "amp_gsa", "amp_latest_update_time", "usqp", "__amp_source_origin", "aoh")
)
_VARIANT_SEGMENTS = frozenset(("amp", "print", "printable", "printview"))
_VARIANT_ENDING = re.compile(r"(?:\.amp|\.print)(?=\.html?$|$)", re.IGNORECASE)
_INDEX = re.compile(r"/index\.html?$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;?]*", re.IGNORECASE)
_HOST_LABELS = ("amp.", "www.", "m.", "mobile.")

_AMP_CACHES = (".cdn.ampproject.org", ".bing-amp.com")
_CACHED = re.compile(r"/(?:[a-z]/)?(?:[cvi]/)(s/)?(.+)", re.IGNORECASE)
_GOOGLE_AMP = re.compile(r"/amp/(s/)?(.+\..+)", re.IGNORECASE)
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")


def is_tracking(name: str, value: str) -> bool:
    """Whether the query parameter `name`=`value` (percent-encoded, as found) only serves tracking."""
    name, value = unquote(name).lower(), unquote_plus(value).lower()
    if name in _TRACKER_NAMES or name.startswith(_TRACKER_PREFIXES):
        return True
    return name in _REFERRER_NAMES and _tells_referrer(value)


def _tells_referrer(value: str) -> bool:
    first = _WORD.search(value)
    return (first is not None and first[0] in _REFERRER_WORDS) or _DOMAIN.fullmatch(value) is not None


def is_variant(name: str, value: str) -> bool:
    """Whether the query parameter asks for another rendering of the same article."""
    name, value = unquote(name).lower(), unquote_plus(value).lower()
    if name in _SWITCH_NAMES:
        return value in _SWITCHED or value in _FORMS
    return name in _AMP_NAMES or (name in _FORM_NAMES and value in _FORMS)


def pairs_of(query: str) -> list[tuple[str, str, str]]:
    """(name, value, as found) of each parameter of a query; empty ones are left out."""
    found = (pair for pair in query.split("&") if pair.strip("="))
    return [(*pair.partition("=")[::2], pair) for pair in found]


def without_tracking(parts: UrlParts) -> UrlParts:
    """`parts` less tracking parameters and session ids; the order of the others is kept."""
    kept = [pair for name, value, pair in pairs_of(parts.query) if not is_tracking(name, value)]
    path = _SESSION.sub("", parts.path) if ";" in parts.path else parts.path
    return replace(parts, query="&".join(kept), path=path)


def unwrapped(parts: UrlParts) -> UrlParts:
    """The publisher's own address where `parts` is one of an AMP cache or of Google's redirector.

    Shapes: `x.cdn.ampproject.org/c/s/HOST/PATH` (amp.dev, "AMP Cache URL format"),
    `google.com/amp/s/HOST/PATH` and `google.com/url?url=ADDRESS` (the links of Google Alerts). What can't be
    read so is given back as it is.
    """
    try:
        return _unwrapped(parts)
    except BadUrl:
        return parts


def _unwrapped(parts: UrlParts) -> UrlParts:
    if parts.host.endswith(_AMP_CACHES):
        return _from_cache(parts, _CACHED)
    if not _GOOGLE.fullmatch(parts.host):
        return parts
    if parts.path == "/url":
        named = {name: value for name, value, _ in pairs_of(parts.query) if name in {"url", "q"}}
        target = unquote(named.get("url") or named.get("q") or "")
        return split_url(target) if target else parts
    return _from_cache(parts, _GOOGLE_AMP)


def _from_cache(parts: UrlParts, shape: re.Pattern[str]) -> UrlParts:
    match = shape.fullmatch(parts.path)
    if match is None:
        return parts
    scheme = "https" if match[1] else "http"
    query = f"?{parts.query}" if parts.query else ""
    return split_url(f"{scheme}://{match[2]}{query}")


def article_key(parts: UrlParts, registrable: str) -> str:
    """One text for all the addresses of an article: no scheme, no variant, parameters in order.

    `registrable` is the registrable domain of the host; labels are taken off only in front of it.
    """
    kept = sorted(pair for name, value, pair in pairs_of(parts.query) if not is_variant(name, value))
    query = f"?{'&'.join(kept)}" if kept else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    port = "" if parts.port is None else f":{parts.port}"
    return f"{_bare_host(parts.host, registrable)}{port}{_bare_path(parts.path)}{query}{fragment}"


def _bare_host(host: str, registrable: str) -> str:
    bare = host
    while bare.startswith(_HOST_LABELS):
        shorter = bare.partition(".")[2]
        if len(shorter) < len(registrable) or "." not in shorter:
            break
        bare = shorter
    return bare


def _bare_path(path: str) -> str:
    path = _VARIANT_ENDING.sub("", _INDEX.sub("/", path.rstrip("/")))
    segments = [segment for segment in path.split("/") if segment]
    while segments and segments[-1].lower() in _VARIANT_SEGMENTS:
        segments.pop()
    if segments and segments[0].lower() in _VARIANT_SEGMENTS:
        segments = segments[1:]
    return "".join(f"/{segment}" for segment in segments)
