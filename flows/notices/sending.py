"""Sending, through apprise: each address at the same time as the others, and none for longer than it may take.

Nothing of an address is ever logged but its kind (`mailto`, `json`): tokens and passwords stand in it. apprise's own
log, which names them, is kept still.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from flows.notices.message import Message

LOGS = ("apprise", "urllib3.connectionpool")  # they name addresses, with what stands in them


class Sender(Protocol):
    """Sends to one address; whether it was taken. May raise, and may take its time."""

    def __call__(self, url: str, message: Message) -> bool: ...


def send_by_apprise(url: str, message: Message) -> bool:
    """Send one message. False for an address that apprise does not know, or that does not take it."""
    import apprise

    _hush()
    service = apprise.Apprise()
    if not service.add(url):
        return False
    return bool(
        service.notify(
            title=message.title,
            body=message.body,
            notify_type=apprise.NotifyType(message.tone),
            body_format=apprise.NotifyFormat.TEXT,
        )
    )


def known_address(url: str) -> bool:
    """Whether apprise knows what to do with an address; nothing is sent."""
    import apprise

    _hush()
    return bool(apprise.Apprise().add(url))


def _hush() -> None:
    for name in LOGS:
        logging.getLogger(name).disabled = True


def sent(
    messages: Mapping[str, Message],
    timeout_s: float,
    send: Sender = send_by_apprise,
    clock: Callable[[], float] = time.monotonic,
) -> frozenset[str]:
    """Send each message to its address; those that took theirs within `timeout_s` seconds, all together.

    One that takes longer is left to itself, in a thread that keeps no process from ending.
    """
    taken: dict[str, bool] = {}

    def attempt(url: str, message: Message) -> None:
        try:
            taken[url] = send(url, message)
        except Exception:  # whatever a service's plugin raises may name the address
            taken[url] = False

    threads = [
        threading.Thread(target=attempt, args=pair, daemon=True, name="notice") for pair in messages.items()
    ]
    until = clock() + timeout_s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - clock()))
    return frozenset(url for url in messages if dict(taken).get(url))


def scheme(url: str) -> str:
    """What may be said of an address: `json`, `mailtos`."""
    return url.partition(":")[0][:20]
