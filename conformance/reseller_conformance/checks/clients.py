"""Does the same URL get the same response, however the client writes the request?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reseller_conformance import requirements as r
from reseller_conformance.cases.profiles import VERSION, Change, profiles_with
from reseller_conformance.checks import http
from reseller_conformance.checks.consistency import Bracketed, own_account
from reseller_conformance.checks.rejects import refused
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import form_violations, is_well_formed
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import GATEWAY_STATUSES, TransportErrorKind
from reseller_conformance.requirements import Level, Requirement

__all__ = [
    "coding",
    "concerned",
    "difference",
    "has_undecodable_coding",
    "head_error",
    "no_chunks",
    "no_credential",
    "violated",
]

RATE_LIMITED = 429
VERSION_NOT_SUPPORTED = 505

BY_FIELD = {
    "Accept-Language": r.CLIENTS_LANGUAGE,
}
NEGOTIATED = ("Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language")
"""Fields of any client, whatever value a browser gives them."""
BROWSER = "Mozilla/"
"""How the User-Agent of every browser begins."""
BROWSERS = ("firefox",)
"""The profiles that are no library or tool."""


# --- Is the response the same? -------------------------------------------------------------------


def difference(
    group: Bracketed, usual: Collection[Requirement] = (), place: str = "", hint: str = ""
) -> Iterator[Violation]:
    """The response is the one that the suite's own request gets.

    `usual` are the requirements that plain calls violate; `place` names what makes the difference.
    A limit of rate is the gateway's business.
    """
    response = group.response
    if response.exchange.status == RATE_LIMITED or has_undecodable_coding(response):
        return
    for found in _differences(group, usual):
        yield Violation(response, place or found.where, found.expected, found.actual, hint)
        return


def _differences(group: Bracketed, usual: Collection[Requirement]) -> Iterator[Violation]:
    response, control = group.response, group.before
    if any(is_well_formed(response, usual)):
        # the server itself may have changed since the run began
        yield from is_well_formed(response, {*usual, *form_violations(group.after)})
    if response.case.invalid:
        yield from refused(response)
    elif control.kind is EnvelopeKind.OVERVIEW:
        yield from own_account(group)
    if not any(http.charset(control)):
        yield from http.charset(response)


def has_undecodable_coding(response: Response) -> bool:
    """Return True if the body has a coding that its client can undo, and the suite cannot.

    Such a response shows nothing. A client that names no coding accepts all of them.
    """
    profile, problem = response.case.profile, response.exchange.problem
    if profile is None or problem is None or problem.kind is not TransportErrorKind.INCOMPLETE:
        return False
    used = _codings(response)
    offered = profile.field("Accept-Encoding")
    names = None if offered is None else {_name(one) for one in offered.split(",")}
    known = {"gzip", "x-gzip", "deflate"}
    return bool(used - known) and (names is None or used - known <= names)


def _name(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _codings(response: Response) -> set[str]:
    given = response.exchange.header("Content-Encoding") or ""
    return {_name(one) for one in given.split(",")} - {"", "identity"}


# --- Which requirement is it? --------------------------------------------------------------------


def concerned(change: Change) -> tuple[Requirement, ...]:
    """Return the requirements that a change of the request may show as violated."""
    if change.field == "Accept" and not _accepts_all(change.value):
        return (r.CLIENTS_ACCEPT, r.CLIENTS_ACCEPT_OTHER)
    if change.field == "Accept-Charset":
        # RFC 9110, 12.5.2, allows 406, and only old browsers send it: firewalls refuse it
        return (r.CLIENTS_LANGUAGE, r.CLIENTS_BROWSER)
    if change.field == VERSION:
        return (r.CLIENTS_CONNECTION, r.CLIENTS_HTTP_VERSION)
    return (_by_change(change),)


def violated(changes: Collection[Change], group: Bracketed) -> Requirement:
    """Return the requirement that this difference violates, which these changes make together.

    No change at all means the order and the letter case of the fields. Where one of several
    changes is only a SHOULD, the difference is no more than that: unless an invalid call gets an
    overview, which is a MUST from any client (specification, section 4).
    """
    if group.response.case.invalid and group.response.kind is EnvelopeKind.OVERVIEW:
        return r.CLIENTS_SAME_RESPONSE
    found = [_violated(change, group) for change in changes]
    lenient = [one for one in found if one.level is Level.SHOULD]
    if lenient:
        return lenient[0]
    return found[0] if len(found) == 1 else r.CLIENTS_SAME_RESPONSE


def _violated(change: Change, group: Bracketed) -> Requirement:
    both = concerned(change)
    if len(both) == 1:
        return both[0]
    must, should = both
    refusal = _refuses_version if change.field == VERSION else _refuses_accept
    return should if refusal(group) else must


def _by_change(change: Change) -> Requirement:
    if change.field == "Accept":
        return r.CLIENTS_ACCEPT
    if change.field == "User-Agent" and change.value is None:
        return r.CLIENTS_NO_USER_AGENT
    if _is_a_browsers(change):
        return r.CLIENTS_BROWSER
    if change.field == "User-Agent":
        return r.CLIENTS_USER_AGENT
    if change.field == "Connection" and "close" in (change.value or "").lower():
        return r.CLIENTS_CONNECTION
    if change.field == "Accept-Encoding" and change.value == "identity":
        return r.CLIENTS_IDENTITY
    return BY_FIELD.get(change.field, r.CLIENTS_SAME_RESPONSE)


def _is_a_browsers(change: Change) -> bool:
    if change.field == "User-Agent":
        return (change.value or "").startswith(BROWSER)
    if change.field in NEGOTIATED:
        return False
    senders = profiles_with(change)
    return bool(senders) and set(senders) <= set(BROWSERS)


def _accepts_all(value: str | None) -> bool:
    return value is None or "*/*" in value


def _refuses_accept(group: Bracketed) -> bool:
    """Return True if the response refuses what the client accepts, and brings nothing else for it.

    An error in the same status as that of the control call is the error itself, in another format.
    """
    status = group.response.exchange.status or 0
    another = not group.response.case.invalid or status != group.before.exchange.status
    return 400 <= status < 500 and another


def _refuses_version(group: Bracketed) -> bool:
    """Return True if the response refuses HTTP/1.0, or the connection was closed at once."""
    exchange = group.response.exchange
    if exchange.status is None:
        return exchange.problem is not None and exchange.problem.kind is TransportErrorKind.DROPPED
    if exchange.problem is not None or _is_cut_error(group):
        return False
    return 400 <= exchange.status < 500 or exchange.status == VERSION_NOT_SUPPORTED


def _is_cut_error(group: Bracketed) -> bool:
    """Return True if the body is the beginning of the error that the same invalid call is due."""
    response, control = group.response.exchange, group.before.exchange
    is_due = bool(group.response.case.invalid) and response.status == control.status
    return is_due and control.body.startswith(response.body)


# --- What is required of one response ------------------------------------------------------------


def coding(response: Response) -> Iterator[Violation]:
    """There is no content coding: the client did not offer any.

    A coding that does not decode is `http.complete`.
    """
    used = _codings(response)
    if used and (response.exchange.problem is None or has_undecodable_coding(response)):
        yield Violation(response, "Content-Encoding", "no content coding", ", ".join(sorted(used)))


def no_chunks(response: Response) -> Iterator[Violation]:
    """There are no chunks, which HTTP/1.0 does not know (RFC 9112, 6.1)."""
    used = response.exchange.header("Transfer-Encoding") or ""
    if "chunked" in used.lower() and response.exchange.problem is None:
        yield Violation(response, "Transfer-Encoding", "no chunks in HTTP/1.0", used[:40])


def no_credential(group: Bracketed, usual: Collection[Requirement] = ()) -> Iterator[Violation]:
    """With a cookie of the target's, a call is judged as without it.

    What an invalid call gets without the cookie is `rejects.*`.
    """
    response = group.response
    if not response.case.invalid:
        yield from difference(group, usual, "Cookie")
    elif group.before.kind is not EnvelopeKind.OVERVIEW:
        for found in refused(response):
            yield Violation(response, "Cookie", found.expected, found.actual)


def head_error(response: Response) -> Iterator[Violation]:
    """HEAD gets no 5xx."""
    status = response.exchange.status
    if status is not None and status >= 500 and status not in GATEWAY_STATUSES:
        yield Violation(response, "status", "a response to HEAD, no 5xx", str(status))
