"""Answers -> the records and errors of the project, by their status."""

from __future__ import annotations

from datetime import datetime

from extractors.errors import (
    EmptyBody,
    Gone,
    Http3xx,
    Http4xx,
    Http5xx,
    ProtocolBroken,
    RateLimited,
    SourceError,
)
from extractors.model import Request, Response, Validators
from extractors.web.exchange import Answer
from extractors.web.headers import read_max_age_s, read_retry_after_s, read_validators, sendable
from extractors.web.redirects import Trail

TRANSIENT = frozenset((408, 500, 502, 503, 504))  # what a server says that is not itself for a moment


def is_limited(answer: Answer) -> bool:
    """Whether the host asks for less: 429, or 503 with a word on when to come back."""
    return answer.http_status == 429 or (answer.http_status == 503 and "retry-after" in answer.fields)


def is_passing(answer: Answer) -> bool:
    """Whether the same request may well succeed at once."""
    return answer.http_status in TRANSIENT and "retry-after" not in answer.fields


def error_of(url: str, answer: Answer, now: datetime) -> SourceError:
    """The error for an answer that is neither content nor a redirect to follow."""
    status = answer.http_status
    return _kind(answer)(
        url, f"HTTP {status}", http_status=status, retry_after_s=read_retry_after_s(answer.fields, now)
    )


def response_of(request: Request, trail: Trail, answer: Answer, elapsed_ms: int, now: datetime) -> Response:
    """The record of a 200, or of a 304 that was asked for; any other answer as its error."""
    sent = sendable(request.validators)
    fresh = read_validators(answer.fields)
    if answer.http_status == 304 and sent != Validators():
        http_status = 304
        fresh = Validators(fresh.etag or sent.etag, fresh.last_modified or sent.last_modified)
    elif answer.http_status in (200, 203):  # 203: changed by a proxy on the way, content all the same
        http_status = 200
    else:
        raise error_of(trail.target.url, answer, now)
    return Response(
        url=request.url,
        final_url=trail.target.url,
        http_status=http_status,
        body=answer.body,
        content_type=answer.fields.get("content-type", ""),
        validators=fresh,
        permanent_url=trail.permanent_url,
        redirects=trail.hops,
        elapsed_ms=elapsed_ms,
        max_age_s=read_max_age_s(answer.fields),
        retry_after_s=read_retry_after_s(answer.fields, now),
    )


def _kind(answer: Answer) -> type[SourceError]:
    status = answer.http_status
    if is_limited(answer):
        return RateLimited
    if status == 410:
        return Gone
    if status in (204, 205):
        return EmptyBody
    by_hundreds: dict[int, type[SourceError]] = {3: Http3xx, 4: Http4xx, 5: Http5xx}
    return by_hundreds.get(status // 100, ProtocolBroken)
