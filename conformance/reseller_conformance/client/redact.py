"""A reply as an exchange: what may leave the client, with nothing of the key in it.

What is secret is said in `request`, how it is found in `secret`.
"""

from __future__ import annotations

from reseller_conformance.cases.case import Case
from reseller_conformance.client.http.transport import RawResponse
from reseller_conformance.client.keeping import truncate_headers
from reseller_conformance.client.request import Request
from reseller_conformance.exchange import Exchange, Retry
from reseller_conformance.redaction.echo import places_of
from reseller_conformance.redaction.secret import Scrubber

__all__ = ["ExchangeBuilder"]

LINES, LINE = 20, 300
"""Lines of what an application told that are kept, and characters of each."""


class ExchangeBuilder:
    """Makes exchanges of replies. It may be used from several threads."""

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
        told: str = "",
    ) -> Exchange:
        """Return what this call brought in the end, after these retries.

        `told` is what the application itself told of it, where it runs in this process.
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
            app_log=_last_lines(scrub.text(told)),
            echoes_key=self._echoed(request.echo_candidates, raw),
        )

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Scrub them as the bytes that they were, which `http.client` reads as Latin-1."""
        together = "\n".join(f"{name}\n{value}" for name, value in headers)
        data = together.encode("latin-1", "replace")
        if self._scrubber.data(data) is data:
            return truncate_headers(headers)

        def scrubbed(text: str) -> str:
            return self._scrubber.data(text.encode("latin-1", "replace")).decode("latin-1")

        # what is cut off first would hide a key's end, and leave its beginning
        return truncate_headers(tuple((scrubbed(name), scrubbed(value)) for name, value in headers))

    def _echoed(self, telling: tuple[str, ...], raw: RawResponse) -> tuple[str, ...]:
        if not telling:
            return ()
        if telling not in self._echoes:
            self._echoes[telling] = Scrubber(telling)
        return places_of(
            self._echoes[telling],
            self._scrubber.text,
            raw.body,
            raw.headers,
            status=raw.status,
            reason=raw.reason,
        )


def _last_lines(text: str) -> str:
    """Return the end of what an application told: an exception stands in its last lines."""
    lines = text.splitlines()
    kept = [line if len(line) <= LINE else f"{line[:LINE]} […]" for line in lines[-LINES:]]
    left_out = len(lines) - len(kept)
    return "\n".join([f"[{left_out:,} lines before]", *kept] if left_out else kept)
