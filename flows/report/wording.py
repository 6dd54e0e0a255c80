"""How a press review says things: dates, numbers, changes, the sentence of a lead. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from flows.safe_text import safe_text, width

_DAY = timedelta(days=1)
# A sentence ends with one of these, a closing quote or bracket perhaps, and then white space or, in scripts that
# write without, anything.
_END = re.compile(r"[.!?…؟।۔]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』”）]*")
_SHORT_WORD = re.compile(
    r"(?:^|[\s(.])[^\W\d_]{1,3}$|\d$"
)  # "Mr", "U.S", "Dr", "3": what stands before no end
_SHORTEST = 40  # characters of a sentence that says something; "LONDON." is a dateline
_LABEL = re.compile(r"(?:corrections?|clarification|editor.s note)\s*[:.–—-]\s*", re.IGNORECASE)
_CODE = re.compile(r"[\x00-\x20\x7f]")
MAX_WORDS_COMPARED = 60
QUOTED_BEFORE, QUOTED_AFTER = 90, 110  # characters around a mention that storage.review hands out


def day_text(day: date) -> str:
    """24 Nov."""
    return f"{day.day} {day:%b}"


def moment_text(at: datetime) -> str:
    """24 Nov, 07:12 (UTC)."""
    at = at.astimezone(UTC)
    return f"{day_text(at)}, {at:%H:%M}"


def period_title(since: datetime, until: datetime) -> str:
    """The days of a period, as a title: "Tuesday, 24 November 2026", "17 to 24 November 2026"."""
    first, last = since.astimezone(UTC), (until - timedelta(microseconds=1)).astimezone(UTC)
    if (
        until - since <= 1.5 * _DAY
    ):  # the review of a morning is that of its day, though it began the day before
        return f"{last:%A}, {last.day} {last:%B %Y}"
    begins = str(first.day)
    if (first.month, first.year) != (last.month, last.year):
        begins += f" {first:%B}" + (f" {first.year}" if first.year != last.year else "")
    return f"{begins} to {last.day} {last:%B %Y}"


def period_detail(since: datetime, until: datetime) -> str:
    """Its hours, in a line: "the 24 hours to 07:00 UTC"; whole days need none."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    if all((at.hour, at.minute, at.second) == (0, 0, 0) for at in (since, until)):
        return "whole days in UTC"
    if until - since <= 1.5 * _DAY:
        return f"the {span_text(until - since)} to {until:%H:%M} UTC"
    return f"from {since:%A, %H:%M} to {until:%A, %H:%M} UTC"


def span_text(span: timedelta) -> str:
    """24 hours, 7 days, 90 minutes; "about 5 hours"."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes >= 2 * 1440 and minutes % 1440 == 0:
        return number_of(minutes // 1440, "day")
    if minutes % 60 == 0:
        return number_of(minutes // 60, "hour")
    return number_of(minutes, "minute") if minutes < 180 else f"about {round(minutes / 60)} hours"


def number_of(count: int, unit: str, units: str = "") -> str:
    """ "1 article", "1,204 articles"."""
    return f"{count:,} {unit if count == 1 else units or unit + 's'}"


def change_text(now: int, before: int | None) -> str:
    """ "12 % more", "7 % fewer", "as many"; "" where there is nothing to compare with."""
    if before is None:
        return ""
    if before == 0 or now > 3 * before:
        return "" if now == before == 0 else f"up from {before:,}"
    percent = round(100 * (now - before) / before)
    return f"{abs(percent)} % {'more' if percent > 0 else 'fewer'}" if percent else "as many"


def delay_text(later: timedelta) -> str:
    """ "+12 min", "+3 h", "+2 d": how long after the first report."""
    minutes = int(later.total_seconds() // 60)
    if minutes < 90:
        return f"+{minutes} min"
    return f"+{round(minutes / 60)} h" if minutes < 48 * 60 else f"+{round(minutes / 1440)} d"


def hours_text(hours: int) -> str:
    """ "24 hours", "7 days"."""
    return span_text(timedelta(hours=hours))


def correction_text(text: str) -> str:
    """What a correction says, without the word that it begins with: the page says it."""
    return cut(_LABEL.sub("", " ".join(text.split())), 240)


def after_text(minutes: int) -> str:
    """ "12 min after publication", "3 h after publication"."""
    later = delay_text(timedelta(minutes=minutes)).removeprefix("+")
    return f"{later} after publication"


def cut(text: str, columns: int) -> str:
    """`text` in one line of at most so many columns (a Chinese character has two), its end as "…" where it is cut,
    between words if that loses little."""
    text = " ".join(safe_text(text[: 4 * columns + 200]).split())
    if width(text) <= columns:
        return text
    kept, used = [], 1
    for character in text:
        used += width(character)
        if used > columns:
            break
        kept.append(character)
    short = "".join(kept)
    space = short.rfind(" ")
    return (short[:space] if space > 0.7 * len(short) else short).rstrip(" ,;:–-") + "…"


def lead_sentence(text: str, title: str = "", columns: int = 260) -> str:
    """The first sentence of a text that says something: not the headline again, no dateline or byline alone."""
    for paragraph in text.split("\n"):
        line = " ".join(safe_text(paragraph).split())
        if width(line) < _SHORTEST or line.casefold() == " ".join(title.split()).casefold():
            continue
        return cut(_first_sentence(line), columns)
    return cut(text, columns)


def _first_sentence(line: str) -> str:
    for match in _END.finditer(line):
        sentence = line[: match.end()]
        if width(sentence) < _SHORTEST or _SHORT_WORD.search(line[: match.start()]):
            continue
        following = line[match.end() :].lstrip()
        if not following[:1].islower():
            return sentence
    return line


def web_link(url: str) -> str:
    """The address if it is one of the web that can be put into a page, else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme.lower() in ("http", "https") and bool(parts.netloc)
    return "" if not is_web or _CODE.search(url) or safe_text(url) != url or len(url) > 2_000 else url


def quoted(before: str, term: str, after: str) -> tuple[str, str, str]:
    """A stretch of a text around a term, from word to word and with "…" where it was cut out of a longer one."""
    first, last = _one_line(before), _one_line(after)
    if len(before) >= QUOTED_BEFORE - 1:
        first = "…" + (first[first.index(" ") :] if " " in first[:30] else first)
    if len(after) >= QUOTED_AFTER:
        last = last[: last.rindex(" ")] if " " in last[-30:] else last
        last = f"{last} …" if last.endswith((".", "!", "?")) else f"{last}…"
    return first, cut(term, 80), last


def _one_line(text: str) -> str:
    """White space as one space each, at the ends too."""
    return re.sub(r"\s+", " ", safe_text(text))


def changed_words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """What became of a headline or a sentence: ("same" | "gone" | "new", words) in reading order.

    As a whole where less than half of it stayed, or where it is long: word by word, such a change can't be read.
    """
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if max(len(old), len(new)) > MAX_WORDS_COMPARED or matcher.ratio() < 0.5:
        return tuple(pair for pair in (("gone", before), ("new", after)) if pair[1])
    pieces: list[tuple[str, str]] = []
    for kind, old_at, old_end, new_at, new_end in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("same", " ".join(old[old_at:old_end])))
            continue
        pieces += [("gone", " ".join(old[old_at:old_end]))] if old_end > old_at else []
        pieces += [("new", " ".join(new[new_at:new_end]))] if new_end > new_at else []
    return tuple(pieces)


def listed(names: Sequence[str], most: int = 6) -> str:
    """ "a, b and c", "a, b and 7 more"."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
