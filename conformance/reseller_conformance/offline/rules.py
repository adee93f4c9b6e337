"""Which requirements a saved answer is judged by: those that it can tell something of.

What they look at is what the suite has them look at; the judgements are those of `checks`. What
compares several answers is left to `together`; all else takes a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.checks import rejects, well_formed
from reseller_conformance.checks.alone import SINGLE_RESPONSE_RULES, rules_due
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.requirements import Requirement

__all__ = ["RULES", "Rule", "is_plain", "rules_for"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement, the saved answers that it speaks of, and the check that judges them.

    `lacking` says why there was none, where there was none; it is empty where that need not be
    said. `recorded` says that it speaks of recorded calls alone; `fields` must be readable for it.
    """

    requirement: Requirement
    concerns: Callable[[SavedResponse], bool]
    check: Check[Response]
    lacking: str
    recorded: bool = False
    fields: tuple[str, ...] = ()


# --- Which answers -------------------------------------------------------------------------------


def _any(_: SavedResponse) -> bool:
    return True


def _decoded(saved: SavedResponse) -> bool:
    # a recorder that decoded the body has hidden everything but a mark that it left
    told = any(problem.requirement is r.READABLE_ENCODING for problem in saved.answer.problems)
    return saved.raw_bytes or told


def _envelope(saved: SavedResponse) -> bool:
    return saved.answer.kind is not EnvelopeKind.UNKNOWN


def _status(saved: SavedResponse) -> bool:
    return saved.answer.exchange.status is not None


def _cut(saved: SavedResponse) -> bool:
    return saved.answer.exchange.problem is not None


def _headers(saved: SavedResponse) -> bool:
    return saved.headers


def _charset(saved: SavedResponse) -> bool:
    given = saved.answer.exchange.header("Content-Type") is not None
    return given and saved.raw_bytes


def _expected(saved: SavedResponse) -> bool:
    return saved.expected is Expected.OVERVIEW


def _refused(saved: SavedResponse) -> bool:
    return saved.expected is Expected.ERROR


def _keyed(saved: SavedResponse) -> bool:
    return saved.key_known


# --- By which check ------------------------------------------------------------------------------


def _no_error(response: Response) -> Iterator[Violation]:
    """An error is due, so that `message` and `errors` stand where the page has them."""
    if response.kind is EnvelopeKind.OVERVIEW:
        yield Violation(response, "body", "an error envelope", "an overview")


_NO_TYPE = "no Content-Type was saved"
_NO_BYTES = "no Content-Type was saved beside the bytes that came"
_NO_CALL = "no such call was recorded, or none that an envelope answers"
_NOTHING_DUE = "nothing says that an overview is due: --expect overview does"
_LACKING = {
    "readable": "no body was there to be read",
    "success": "no overview was saved",
    "errors": "no error envelope was saved",
    "values": "no overview was saved",
    "http": "",
}
_NEVER_SAVED = (r.HTTP_DELIVERED, r.HTTP_TIMEOUT, r.HTTP_RETRIES)
_ONLY: Mapping[Requirement, tuple[Callable[[SavedResponse], bool], str, bool]] = {
    r.SUCCESS_RETURNED: (_expected, _NOTHING_DUE, True),
    r.HTTP_COMPLETE: (_cut, "", False),
    r.HTTP_SERVER_ERROR: (_status, _NO_CALL, True),
    r.HTTP_REDIRECT: (_status, _NO_CALL, True),
    r.HTTP_STATUS: (_status, _NO_CALL, True),
    r.HTTP_ERROR_STATUS: (_status, _NO_CALL, True),
    r.HTTP_CONTENT_TYPE: (_headers, _NO_TYPE, False),
    r.HTTP_CHARSET: (_charset, _NO_BYTES, False),
    r.READABLE_ENCODING: (_decoded, _LACKING["readable"], False),
    r.ERRORS_NO_KEY_ECHO: (_keyed, _NO_CALL, True),
}
"""What must have been saved for it, what is said where it was not, and whether in a call only."""


@cache  # rules that concern the same answers are asked once for all of them
def _both(
    saved_so: Callable[[SavedResponse], bool], concerns: Callable[[Response], bool]
) -> Callable[[SavedResponse], bool]:
    return lambda saved: saved_so(saved) and concerns(saved.answer)


def _rules() -> Iterator[Rule]:
    for known in SINGLE_RESPONSE_RULES:
        requirement = known.requirement
        if requirement not in _NEVER_SAVED:
            usual = (_any, _LACKING[requirement.topic], False)
            saved_so, lacking, recorded = _ONLY.get(requirement, usual)
            concerns = _both(saved_so, known.subject)
            yield Rule(requirement, concerns, known.check, lacking, recorded, known.fields)
    yield Rule(r.ERRORS_SHAPE, _refused, _no_error, _LACKING["errors"])


_ALWAYS = tuple(_rules())
_REFUSALS = {
    requirement: Rule(requirement, _envelope, rejects.refused, _NO_CALL, recorded=True)
    for requirement in (
        r.REJECTS_TASK_MISSING,
        r.REJECTS_TASK_EMPTY,
        r.REJECTS_USER_MISSING,
        r.REJECTS_USER_EMPTY,
        r.REJECTS_TASK_OTHER,
        r.REJECTS_TASK_SPELLING,
        r.REJECTS_COMBINED,
    )
}
"""As far as a saved call tells: whose key and name are right is known to no one."""


# --- Calls that the page says nothing of ---------------------------------------------------------

_UNUSUAL = tuple(
    Rule(requirement, _any, well_formed.is_well_formed, _NO_CALL, recorded=True)
    for requirement in (r.REQUEST_REPEATED, r.REQUEST_ARRAY, r.REQUEST_UNDOCUMENTED)
)
_REPEATED, _ARRAY, _UNDOCUMENTED = _UNUSUAL

RULES = (*_ALWAYS, *_REFUSALS.values(), *_UNUSUAL)
"""What judges one answer at a time."""


def is_plain(saved: SavedResponse) -> bool:
    """Say whether the page's rules of form apply to this answer.

    As in a run, what a repeated parameter or an array gets has a requirement of its own. An
    undocumented parameter is ignored, and only where nothing can be read is it the likely cause:
    `callback=…` makes some servers answer with a script.
    """
    response = saved.answer
    if response.case.arrays or response.case.repeated_parameters:
        return False
    if not response.case.extra:
        return True
    readable = all(problem.requirement.topic != "readable" for problem in response.problems)
    return readable and response.kind is not EnvelopeKind.UNKNOWN


def rules_for(saved: SavedResponse) -> Iterator[Rule]:
    """Yield what this answer is judged by."""
    # many rules look at the same answers, and there may be a hundred thousand of these
    for concerns, rules in _GROUPS if is_plain(saved) else _unusual(saved.answer.case):
        if concerns(saved):
            yield from rules
    requirement = rules_due(saved.answer.case)
    if requirement is not None and is_plain(saved) and _envelope(saved):
        yield _REFUSALS[requirement]


def _unusual(case: Case) -> _Groups:
    if case.arrays:
        return _grouped(_ARRAY, *_KEY)
    return (
        _grouped(_REPEATED, *_KEY)
        if case.repeated_parameters
        else _grouped(_UNDOCUMENTED, *_KEY, *_SERVER)
    )


_Groups = Sequence[tuple[Callable[[SavedResponse], bool], Sequence[Rule]]]


def _grouped(*rules: Rule) -> _Groups:
    groups: dict[Callable[[SavedResponse], bool], list[Rule]] = {}
    for rule in rules:
        groups.setdefault(rule.concerns, []).append(rule)
    return list(groups.items())


_KEY = tuple(rule for rule in RULES if rule.requirement is r.ERRORS_NO_KEY_ECHO)
_SERVER = tuple(rule for rule in RULES if rule.requirement is r.HTTP_SERVER_ERROR)
_GROUPS = _grouped(*_ALWAYS)
