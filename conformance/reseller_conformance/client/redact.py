"""Builds the exchange that leaves the client: redacted, and small enough to keep thousands of.

`secrets` says what is secret. `http.transport` limits the size of a body.
"""

from __future__ import annotations

from reseller_conformance.cases.case import Case
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.request import Request
from reseller_conformance.exchange import Exchange, Retry
from reseller_conformance.redaction.echo import places_of
from reseller_conformance.redaction.secret import Scrubber

__all__ = ["ExchangeBuilder"]

MAX_APP_LOG_LINES, MAX_APP_LOG_LINE_CHARS = 20, 300
"""Maximum size of what an application printed and logged during one call."""

Headers = tuple[tuple[str, str], ...]

MAX_HEADERS_CHARS = 8 * 1024
"""Maximum size of all headers that are kept in full: more than correct servers send."""

MAX_HEADER_CHARS = 1024
"""Maximum size of each header, if all together are longer."""

JUDGED_HEADERS = ("content-type", "location")
"""The headers that are kept then."""


class ExchangeBuilder:
    """Builds exchanges. It may be used from several threads."""

    def __init__(self, scrubber: Scrubber) -> None:
        """Replace what this scrubber finds."""
        self._scrubber = scrubber
        self._echoes: dict[tuple[str, ...], Scrubber] = {}

    def __call__(
        self,
        case: Case,
        request: Request,
        raw: RawResponse,
        retries: tuple[Retry, ...],
        app_output: str = "",
    ) -> Exchange:
        """Return the exchange of this call, after these retries.

        `app_output` is the output of an application that runs in this process.
        """
        scrub = self._scrubber
        problem = raw.problem
        return Exchange(
            case=case,
            url=scrub.text(request.redacted_url),
            status=raw.status,
            headers=self._headers(raw.headers),
            body=scrub.truncated(raw.body) if problem else scrub.data(raw.body),
            problem=problem,
            began=raw.began,
            seconds=raw.seconds,
            retries=retries,
            app_log=_last_lines(scrub.text(app_output)),
            echoes_key=self._echoed(request.echo_candidates, raw),
        )

    def _headers(self, headers: Headers) -> Headers:
        """Redact the bytes of the headers, which `http.client` has read as Latin-1."""
        together = "\n".join(f"{name}\n{value}" for name, value in headers)
        data = together.encode("latin-1", "replace")
        if self._scrubber.data(data) is data:
            return _truncated(headers)

        def scrubbed(text: str) -> str:
            return self._scrubber.data(text.encode("latin-1", "replace")).decode("latin-1")

        # redact before truncating: the beginning of a key alone would not be found
        return _truncated(tuple((scrubbed(name), scrubbed(value)) for name, value in headers))

    def _echoed(self, candidates: tuple[str, ...], raw: RawResponse) -> tuple[str, ...]:
        if not candidates:
            return ()
        if candidates not in self._echoes:
            self._echoes[candidates] = Scrubber(candidates)
        return places_of(
            self._echoes[candidates],
            self._scrubber.text,
            raw.body,
            raw.headers,
            status=raw.status,
            reason=raw.reason,
            asides=raw.asides,
        )


def _truncated(headers: Headers) -> Headers:
    if sum(len(name) + len(value) for name, value in headers) <= MAX_HEADERS_CHARS:
        return headers
    found = {name.lower(): (name, value[:MAX_HEADER_CHARS]) for name, value in reversed(headers)}
    return tuple(found[name] for name in JUDGED_HEADERS if name in found)


def _last_lines(text: str) -> str:
    """Return the last lines of an application's log, where an exception is."""
    limit = MAX_APP_LOG_LINE_CHARS
    lines = text.splitlines()
    kept = [
        line if len(line) <= limit else f"{line[:limit]} […]" for line in lines[-MAX_APP_LOG_LINES:]
    ]
    left_out = len(lines) - len(kept)
    return "\n".join([f"[{left_out:,} lines before]", *kept] if left_out else kept)
