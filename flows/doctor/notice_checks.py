"""Whether notices can be sent: the addresses, as far as can be told without sending anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flows.doctor.findings import Finding, fail, ok
from flows.notices.settings import NoticeSettings
from flows.terminal import counted


def notice_findings(settings: NoticeSettings | None) -> Iterator[Finding]:
    """Whether apprise knows what to do with each address. Only the kind of an address is shown: it is a secret."""
    from flows.notices.sending import known_address, scheme

    if settings is None or not settings.urls:
        yield ok("notices", "nobody is told when something goes wrong: no addresses in notices")
        return
    unknown = [scheme(url) for url in settings.urls if not known_address(url)]
    if unknown:
        yield fail(
            "notices",
            f"apprise can't use {counted(len(unknown), 'address', 'addresses')}: {', '.join(unknown)}://",
            "compare them with https://github.com/caronc/apprise/wiki",
        )
        return
    kinds = Counter(scheme(url) for url in settings.urls)
    told = ", ".join(f"{kind} ({count})" if count > 1 else kind for kind, count in sorted(kinds.items()))
    yield ok("notices", f"{counted(len(settings.urls), 'address', 'addresses')}: {told}")
