"""Is a text that looks like an attack stopped before it reaches the implementation?

Such a refusal is the firewall's, so that no other requirement counts it (specification, section 4).
What a firewall does to all later calls is judged in `suite/environment`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reseller_conformance.cases.risks import attack_texts
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.envelope import EnvelopeKind, is_html
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.requirements import ERRORS_MESSAGE, READABLE_SYNTAX
from reseller_conformance.util.text import shortened

__all__ = [
    "is_firewall_response",
    "is_no_envelope",
    "is_refused_attack",
    "is_stopped",
    "none_stopped",
]

MAX_TEXTS_SHOWN = 5
MAX_TEXT_CHARS = 30


def is_stopped(response: Response) -> bool:
    """Return True if a firewall seems to refuse this call because of its text."""
    return is_firewall_response(response) and bool(attack_texts(response.case))


def is_refused_attack(response: Response) -> bool:
    """Return True if an error answers a text that looks like an attack (specification, section 4).

    A firewall may know the envelope of what is behind it.
    """
    return response.kind is EnvelopeKind.ERRORS and bool(attack_texts(response.case))


def is_firewall_response(response: Response) -> bool:
    """Return True if a firewall may have sent this.

    It refuses with a 4xx of any content, shows an HTML page, or drops the connection. A 5xx, an
    empty success and a redirect stay the implementation's own.
    """
    if not is_no_envelope(response):
        return False
    exchange = response.exchange
    if exchange.problem is not None:
        return exchange.problem.kind is TransportErrorKind.DROPPED
    status = exchange.status or 0
    shows_page = 200 <= status < 300 and is_html(exchange.body.decode("utf-8", "replace"))
    return 400 <= status < 500 or shows_page


def is_no_envelope(response: Response) -> bool:
    """Return True if this is no envelope. JSON of another service, `{"message": "…"}`, is none.

    An envelope whose message is `error` is the implementation's own, even without error texts.
    """
    if response.kind is not EnvelopeKind.ERRORS:
        return response.kind is EnvelopeKind.UNKNOWN
    violated = {problem.requirement for problem in response.problems}
    is_other = any(one is ERRORS_MESSAGE or one.topic == "readable" for one in violated)
    return is_other and READABLE_SYNTAX not in violated and not response.errors


def none_stopped(responses: Sequence[Response]) -> Iterator[Violation]:
    """No text that looks like an attack is stopped: one violation for all of them."""
    stopped = [response for response in responses if is_stopped(response)]
    if not stopped:
        return
    [(summary, _)] = Counter(response.summary for response in stopped).most_common(1)
    texts = list(dict.fromkeys(text for one in stopped for text in attack_texts(one.case)))
    shown = ", ".join(repr(shortened(text, MAX_TEXT_CHARS)) for text in texts[:MAX_TEXTS_SHOWN])
    more = f" and {len(texts) - MAX_TEXTS_SHOWN} more" if len(texts) > MAX_TEXTS_SHOWN else ""
    simplest = min(stopped, key=lambda response: response.case.complexity)
    yield Violation(
        simplest,
        "request",
        "an error envelope for any text",
        f"{summary}, for {shown}{more}",
        "something in front of the implementation seems to stop texts that look like an attack",
    )
