"""Which rules judge a saved response, and why a requirement was not tested.

A rule is used where the evidence that it needs was saved. Comparisons of several responses are in
`comparator`. All other requirements need a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, reduce
from operator import or_

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Expected
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import (
    Evidence,
    Rule,
    Scope,
    Subject,
    rules_for,
    rules_of,
)
from reseller_conformance.checks.violation import Violation
from reseller_conformance.checks.well_formed import is_well_formed
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.requirements import Requirement

__all__ = ["evidence_of", "is_plain", "reason_not_tested", "saved_rules_for"]

_NO_CALL = "no such call was recorded, or none that got an envelope"
_NOTHING_DUE = "nothing says that an overview is due: --expect overview does"
_COMPARED = {
    r.CONSISTENCY_FORMATS: (
        "no customer's overview was recorded in one format between two in the other"
    ),
    r.CONSISTENCY_WHITE_SPACE: "no customer's overview was recorded in both formats",
    r.CONSISTENCY_COUNTERS: "no customer's overview was recorded twice in one format",
    r.ERRORS_DETERMINISTIC: "no invalid call was recorded twice",
}
_SUBJECTS = {
    Subject.RESPONSE: "response",
    Subject.READABLE: "readable body",
    Subject.OVERVIEW: "overview",
    Subject.ERROR_ENVELOPE: "error envelope",
}
_EVIDENCE = {
    Evidence.STATUS: "its status",
    Evidence.HEADERS: "its headers",
    Evidence.CONTENT_TYPE: "its Content-Type",
    Evidence.RAW_BYTES: "its bytes as they were sent",
    Evidence.ENCODING: "its bytes as they were sent",
    Evidence.API_KEY: "the api_key of the call",
    Evidence.EXPECTED_KIND: "the kind that is due",
}
"""Evidence that can be saved. A requirement that needs other evidence is not reported."""

_PART_OF_A_CALL = Evidence.STATUS | Evidence.API_KEY | Evidence.EXPECTED_KIND


# --- Rules for saved responses only --------------------------------------------------------------


def _no_error(response: Response) -> Iterator[Violation]:
    """The response is the error envelope that is due."""
    yield Violation(response, "body", "an error envelope", "an overview")


_UNEXPECTED_OVERVIEW = Rule(r.ERRORS_SHAPE, Subject.OVERVIEW, _no_error)
_UNUSUAL = (r.REQUEST_REPEATED, r.REQUEST_ARRAY, r.REQUEST_UNDOCUMENTED)
_REPEATED, _ARRAY, _UNDOCUMENTED = (
    Rule(requirement, Subject.RESPONSE, is_well_formed) for requirement in _UNUSUAL
)


# --- Selection -----------------------------------------------------------------------------------


def evidence_of(saved: SavedResponse) -> Evidence:
    """Return what was saved beside the body."""
    response = saved.response
    # A recorder that decoded the body has hidden its encoding, unless the text shows an error.
    decoding_error = any(one.requirement is r.READABLE_ENCODING for one in response.problems)
    return _evidence(
        STATUS=response.exchange.status is not None,
        HEADERS=saved.headers,
        CONTENT_TYPE=response.exchange.header("Content-Type") is not None,
        RAW_BYTES=saved.raw_bytes,
        ENCODING=saved.raw_bytes or decoding_error,
        API_KEY=saved.key_known,
        EXPECTED_KIND=saved.expected is Expected.OVERVIEW,
        # A saved body is taken as complete, but that proves nothing about the connection.
        ENDING=response.exchange.problem is not None,
    )


@cache  # few combinations differ, and flags are slow to add up
def _evidence(**saved: bool) -> Evidence:
    return reduce(or_, (Evidence[name] for name in saved if saved[name]), Evidence.NONE)


def is_plain(saved: SavedResponse) -> bool:
    """Return True if the requirements of form apply to this response.

    Repeated parameters and arrays have requirements of their own. An undocumented parameter is
    ignored. It is the likely cause only where nothing can be read: `callback=…` makes some servers
    respond with a script.
    """
    response = saved.response
    if response.case.arrays or response.case.repeated_parameters:
        return False
    if not response.case.extra:
        return True
    readable = all(problem.requirement.topic != "readable" for problem in response.problems)
    return readable and response.kind is not EnvelopeKind.UNKNOWN


def saved_rules_for(saved: SavedResponse) -> Iterator[Rule]:
    """Yield the rules by which this saved response is judged."""
    response, evidence = saved.response, evidence_of(saved)
    if is_plain(saved):
        yield from rules_for(response, evidence)
        if saved.expected is Expected.ERROR and response.kind is EnvelopeKind.OVERVIEW:
            yield _UNEXPECTED_OVERVIEW
    elif response.case.arrays or response.case.repeated_parameters:
        yield _ARRAY if response.case.arrays else _REPEATED
        yield from rules_for(response, evidence, Scope.UNUSUAL)
    else:
        yield _UNDOCUMENTED
        yield from rules_for(response, evidence, Scope.UNDOCUMENTED)


# --- What was not tested -------------------------------------------------------------------------


def reason_not_tested(
    requirement: Requirement, saved: Mapping[Subject, Evidence], *, recorded: bool
) -> str:
    """Return why no saved response was judged by this requirement; empty if none ever is.

    `saved` holds the kinds of responses that were saved, each with the evidence of all of them.
    `recorded` says whether whole calls were saved.
    """
    rule = next(iter(rules_of(requirement)), None)
    if rule is None:
        unusual = _NO_CALL if requirement in _UNUSUAL else ""
        return _COMPARED.get(requirement, unusual) if recorded else ""
    needs_call = rule.subject is Subject.REFUSAL or bool(rule.needs & _PART_OF_A_CALL)
    if (needs_call and not recorded) or not _EVIDENCE.keys() >= set(rule.needs):
        return ""
    if rule.subject not in saved:
        name = _SUBJECTS.get(rule.subject)
        return f"no {name} was saved" if name else _NO_CALL
    missing = rule.needs & ~saved[rule.subject] or rule.needs
    if Evidence.EXPECTED_KIND in missing:
        return _NOTHING_DUE
    parts = [_EVIDENCE[evidence] for evidence in missing]
    parts += [f"{', '.join(rule.fields)} readable"] if rule.fields else []
    return f"no {_SUBJECTS[rule.subject]} was saved with {' and '.join(parts)}"
