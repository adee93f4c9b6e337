"""A reply as an exchange: what may leave the client, with nothing of the key in it.

What is secret is said in `request`, how it is found in `secret`.
"""

from __future__ import annotations

from reseller_conformance.cases import Case
from reseller_conformance.client.keeping import bounded
from reseller_conformance.client.request import Request
from reseller_conformance.client.wire import Reply
from reseller_conformance.exchange import Exchange, Retry, TransportProblem
from reseller_conformance.secret import Scrubber

__all__ = ["Cleaning"]


class Cleaning:
    """Makes exchanges of replies. It may be used from several threads."""

    def __init__(self, scrubber: Scrubber) -> None:
        """Replace what this scrubber finds."""
        self._scrubber = scrubber
        self._echoes: dict[tuple[str, ...], Scrubber] = {}

    def __call__(
        self, case: Case, request: Request, reply: Reply, retries: tuple[Retry, ...]
    ) -> Exchange:
        """Return what this call brought in the end, after these retries."""
        scrub = self._scrubber
        problem = reply.problem
        return Exchange(
            case=case,
            url=scrub.text(request.shown),
            status=reply.status,
            headers=self._headers(reply.headers),
            body=scrub.broken_off(reply.body) if problem else scrub.data(reply.body),
            problem=problem and TransportProblem(problem.kind, scrub.text(problem.detail)),
            began=reply.began,
            seconds=reply.seconds,
            retries=retries,
            echoes_key=self._echoed(request.telling, reply.body),
        )

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Scrub them as the bytes that they were, which `http.client` reads as Latin-1."""
        headers = bounded(headers)
        together = "\n".join(f"{name}\n{value}" for name, value in headers)
        data = together.encode("latin-1", "replace")
        if self._scrubber.data(data) is data:
            return headers

        def scrubbed(text: str) -> str:
            return self._scrubber.data(text.encode("latin-1", "replace")).decode("latin-1")

        return tuple((scrubbed(name), scrubbed(value)) for name, value in headers)

    def _echoed(self, telling: tuple[str, ...], body: bytes) -> bool:
        if not telling or not body:
            return False
        if telling not in self._echoes:
            self._echoes[telling] = Scrubber(telling)
        return self._echoes[telling].found_in(body)
