"""`assert_conformant`: judge one response in any test by the requirements.

`responses` knows the kinds of response objects, and `rules` says what is judged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.checks.response import parse
from reseller_conformance.checks.second_opinion import second_opinion
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import MAX_BODY_BYTES, Exchange
from reseller_conformance.findings.excerpts import place_of
from reseller_conformance.findings.model import Finding
from reseller_conformance.offline.bodies import TOO_LARGE, likely_format
from reseller_conformance.offline.calls import call_of, format_in, keys_in
from reseller_conformance.offline.keys import keys_in_body
from reseller_conformance.offline.responses import ResponseParts, response_parts
from reseller_conformance.offline.rules import saved_rules_for
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.redaction.echo import places_of
from reseller_conformance.redaction.secret import Scrubber
from reseller_conformance.reports.finding_text import aligned, evidence_of, labelled_lines
from reseller_conformance.reports.text import visible
from reseller_conformance.requirements import CATALOGUE, Level, Requirement

__all__ = ["assert_conformant"]

# pytest shows the line of the test that failed, not the frames of this module
__tracebackhide__ = True

FORMATS = ("json", "xml")
ENVELOPES = {
    "overview": Expected.OVERVIEW,
    "success": Expected.OVERVIEW,  # as the API docs call that response
    "error": Expected.ERROR,
}
LEVELS = {"must": (Level.MUST,), "should": (Level.MUST, Level.SHOULD)}

MAX_VIOLATIONS = 10
"""Violations that the message shows. A person fixes the first ones first."""

MAX_RESPONSE_CHARS = 180
"""Characters of the response that are shown around the place of a violation."""


def assert_conformant(
    response: object,
    *,
    format: Literal["json", "xml"] | None = None,
    expect: Literal["overview", "success", "error"] | None = None,
    level: Literal["must", "should"] = "must",
    content_type: str | None = None,
) -> None:
    """Raise AssertionError with the violations, unless this response is conformant.

    `response` is one of requests, httpx, or Flask's, Django's or Starlette's test client; or a body
    as bytes, with its `content_type` if there is one. `format` is the one that the URL names, or
    else the Content-Type. `expect` says which envelope is due, the success envelope (`overview`,
    or `success`) or the error envelope; without it either will do, unless the URL requests another
    task, or for no user. `level` is the lowest that counts.

    Raises TypeError for what is no response, or has not been read, and ValueError where an option
    means nothing, or nothing shows the format. Raises RuntimeError where this package's own
    schema file and reader contradict each other: that says nothing about the response.
    """
    counting = LEVELS[_one_of("level", level, tuple(LEVELS))]
    if format is not None:
        _one_of("format", format, FORMATS)
    if expect is not None:
        _one_of("expect", expect, tuple(ENVELOPES))
    if content_type is not None and not isinstance(content_type, str):
        raise TypeError(f"content_type is a text such as 'application/json': {content_type!r}")
    saved = _saved(response_parts(response), format, expect, content_type)
    doubts = {one.requirement: one.reason for one in second_opinion(saved.response) or ()}
    violations = [one for one in _violations(saved) if one[0] not in doubts]
    if found := [one for one in violations if one[0].level in counting]:
        raise AssertionError(_message(saved, found))
    for reason in doubts.values():
        raise RuntimeError(reason)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """Return the value if it is one of those that are known."""
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(map(repr, known))}, not: {value!r}")
    return value


def _saved(
    given: ResponseParts, format: str | None, expect: str | None, content_type: str | None
) -> SavedResponse:
    """Put together what is known, with no key in what is shown of it."""
    call = call_of(given.url)
    keys = (*keys_in(given.url.partition("?")[2]), *keys_in_body(given.form))
    telling = call.telling if call and not given.form else keys
    scrubber = Scrubber(keys)
    sent = (("Content-Type", content_type),) if content_type else given.headers
    case = _case(given, format, sent)
    body = given.body[:MAX_BODY_BYTES]
    exchange = Exchange(
        case,
        url="",
        status=given.status,
        headers=tuple((name, scrubber.text(value)) for name, value in sent),
        body=scrubber.data(body),
        problem=TOO_LARGE if len(given.body) > MAX_BODY_BYTES else None,
        echoes_key=places_of(
            Scrubber(telling), scrubber.text, body, sent, status=given.status, reason=given.reason
        ),
    )
    return SavedResponse(
        parse(exchange),
        place="",
        expected=ENVELOPES[expect] if expect else Expected.EITHER,
        headers=bool(sent),
        key_known=bool(telling),
    )


def _case(given: ResponseParts, format: str | None, headers: tuple[tuple[str, str], ...]) -> Case:
    """Return the case. What is not in the URL may have been in a form."""
    call = call_of(given.url)
    if call is not None and given.method == "GET":
        return replace(call.case, format=Format(format)) if format else call.case
    content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
    named = Format(format) if format else format_in(given.url)
    likely = named or likely_format(given.body, content_type)
    if likely is None:
        raise ValueError("neither URL, Content-Type nor body shows the format: pass format='json'")
    return Case(likely)


def _violations(saved: SavedResponse) -> list[tuple[Requirement, Violation]]:
    """Return the first violation of each requirement, in the order of the catalogue."""
    format = saved.response.case.format
    found: dict[Requirement, Violation] = {}
    for rule in saved_rules_for(saved):
        if format in rule.requirement.formats:
            for violation in rule.check(saved.response):
                found.setdefault(rule.requirement, violation)
    return sorted(found.items(), key=lambda one: CATALOGUE.index(one[0]))


# --- What a person reads -------------------------------------------------------------------------


_WORDS = {
    EnvelopeKind.OVERVIEW: "an overview",
    EnvelopeKind.ERRORS: "an error envelope",
    EnvelopeKind.UNKNOWN: "no envelope",
}


def _message(saved: SavedResponse, found: list[tuple[Requirement, Violation]]) -> str:
    response = saved.response
    status, content_type = response.exchange.status, response.exchange.header("Content-Type")
    known = (f"HTTP {status}" if status else "", content_type, _WORDS[response.kind])
    shown = visible(", ".join(word for word in known if word))
    count = "1 requirement is" if len(found) == 1 else f"{len(found)} requirements are"
    parts = [f"{count} violated; response, read as {response.case.format.upper()}: {shown}"]
    parts += [_paragraph(saved, *one) for one in found[:MAX_VIOLATIONS]]
    if len(found) > MAX_VIOLATIONS:
        parts.append(f"and {len(found) - MAX_VIOLATIONS} more")
    return "\n\n".join(parts)


def _paragraph(saved: SavedResponse, requirement: Requirement, violation: Violation) -> str:
    exchange = saved.response.exchange
    text = exchange.body.decode("utf-8-sig", "replace")
    begin = place_of(text, violation.where)
    finding = Finding(
        requirement.id,
        exchange.case.format,
        str(violation.where),
        violation.expected,
        violation.actual,
        violation.hint,
        status=exchange.status,
        excerpt=text,
        marks=((begin, begin + 1),) if begin > 0 else (),
    )
    [evidence] = evidence_of([finding])
    lines = [("source", requirement.citation), *labelled_lines(evidence, MAX_RESPONSE_CHARS)]
    head = f"{requirement.level.upper()} {requirement.id}: {requirement.title}"
    return f"{head}\n{aligned(lines, indent='  ')}"
