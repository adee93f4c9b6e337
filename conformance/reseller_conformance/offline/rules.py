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
from reseller_conformance.checks.alone import ALONE, due_for
from reseller_conformance.checks.response import Answer
from reseller_conformance.checks.violation import Check, Departure
from reseller_conformance.envelope import Looks
from reseller_conformance.offline.saved_response import Saved
from reseller_conformance.requirements import Requirement

__all__ = ["RULES", "Rule", "is_plain", "rules_for"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement, the saved answers that it speaks of, and the check that judges them.

    `lacking` says why there was none, where there was none; it is empty where that need not be
    said. `recorded` says that it speaks of recorded calls alone; `fields` must be readable for it.
    """

    requirement: Requirement
    concerns: Callable[[Saved], bool]
    check: Check[Answer]
    lacking: str
    recorded: bool = False
    fields: tuple[str, ...] = ()


# --- Which answers -------------------------------------------------------------------------------


def _any(_: Saved) -> bool:
    return True


def _decoded(saved: Saved) -> bool:
    # a recorder that decoded the body has hidden everything but a mark that it left
    told = any(problem.requirement is r.READABLE_ENCODING for problem in saved.answer.problems)
    return saved.verbatim or told


def _envelope(saved: Saved) -> bool:
    return saved.answer.looks is not Looks.NEITHER


def _status(saved: Saved) -> bool:
    return saved.answer.exchange.status is not None


def _cut(saved: Saved) -> bool:
    return saved.answer.exchange.problem is not None


def _headers(saved: Saved) -> bool:
    return saved.headers


def _charset(saved: Saved) -> bool:
    given = saved.answer.exchange.header("Content-Type") is not None
    return given and saved.verbatim


def _expected(saved: Saved) -> bool:
    return saved.due is Expected.OVERVIEW


def _refused(saved: Saved) -> bool:
    return saved.due is Expected.ERROR


def _keyed(saved: Saved) -> bool:
    return saved.keyed


# --- By which check ------------------------------------------------------------------------------


def _no_error(answer: Answer) -> Iterator[Departure]:
    """An error is due, so that `message` and `errors` stand where the page has them."""
    if answer.looks is Looks.OVERVIEW:
        yield Departure(answer, "body", "an error envelope", "an overview")


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
_NEVER_SAVED = (r.HTTP_DELIVERED, r.HTTP_IN_TIME, r.HTTP_RETRIES)
_ONLY: Mapping[Requirement, tuple[Callable[[Saved], bool], str, bool]] = {
    r.SUCCESS_ANSWERED: (_expected, _NOTHING_DUE, True),
    r.HTTP_COMPLETE: (_cut, "", False),
    r.HTTP_SERVER_ERROR: (_status, _NO_CALL, True),
    r.HTTP_REDIRECT: (_status, _NO_CALL, True),
    r.HTTP_STATUS: (_status, _NO_CALL, True),
    r.HTTP_ERROR_STATUS: (_status, _NO_CALL, True),
    r.HTTP_CONTENT_TYPE: (_headers, _NO_TYPE, False),
    r.HTTP_CHARSET: (_charset, _NO_BYTES, False),
    r.READABLE_ENCODING: (_decoded, _LACKING["readable"], False),
    r.ERRORS_KEY: (_keyed, _NO_CALL, True),
}
"""What must have been saved for it, what is said where it was not, and whether in a call only."""


@cache  # rules that concern the same answers are asked once for all of them
def _both(
    saved_so: Callable[[Saved], bool], concerns: Callable[[Answer], bool]
) -> Callable[[Saved], bool]:
    return lambda saved: saved_so(saved) and concerns(saved.answer)


def _rules() -> Iterator[Rule]:
    for known in ALONE:
        requirement = known.requirement
        if requirement not in _NEVER_SAVED:
            usual = (_any, _LACKING[requirement.topic], False)
            saved_so, lacking, recorded = _ONLY.get(requirement, usual)
            concerns = _both(saved_so, known.concerns)
            yield Rule(requirement, concerns, known.check, lacking, recorded, known.fields)
    yield Rule(r.ERRORS_SHAPE, _refused, _no_error, _LACKING["errors"])


_ALWAYS = tuple(_rules())
_REFUSALS = {
    requirement: Rule(requirement, _envelope, rejects.refused, _NO_CALL, recorded=True)
    for requirement in (
        r.DUE_TASK_MISSING,
        r.DUE_TASK_EMPTY,
        r.DUE_USER_MISSING,
        r.DUE_USER_EMPTY,
        r.DUE_TASK_OTHER,
        r.DUE_TASK_SPELLING,
        r.DUE_COMBINED,
    )
}
"""As far as a saved call tells: whose key and name are right is known to no one."""


# --- Calls that the page says nothing of ---------------------------------------------------------

_UNUSUAL = tuple(
    Rule(requirement, _any, well_formed.envelope, _NO_CALL, recorded=True)
    for requirement in (r.REQUEST_REPEATED, r.REQUEST_ARRAY, r.REQUEST_UNDOCUMENTED)
)
_REPEATED, _ARRAY, _UNDOCUMENTED = _UNUSUAL

RULES = (*_ALWAYS, *_REFUSALS.values(), *_UNUSUAL)
"""What judges one answer at a time."""


def is_plain(saved: Saved) -> bool:
    """Say whether the page's rules of form apply to this answer.

    As in a run, what a repeated parameter or an array gets has a requirement of its own. An
    undocumented parameter is ignored, and only where nothing can be read is it the likely cause:
    `callback=…` makes some servers answer with a script.
    """
    answer = saved.answer
    if answer.case.arrays or answer.case.again:
        return False
    if not answer.case.extra:
        return True
    readable = all(problem.requirement.topic != "readable" for problem in answer.problems)
    return readable and answer.looks is not Looks.NEITHER


def rules_for(saved: Saved) -> Iterator[Rule]:
    """Yield what this answer is judged by."""
    # many rules look at the same answers, and there may be a hundred thousand of these
    for concerns, rules in _GROUPS if is_plain(saved) else _unusual(saved.answer.case):
        if concerns(saved):
            yield from rules
    requirement = due_for(saved.answer.case)
    if requirement is not None and is_plain(saved) and _envelope(saved):
        yield _REFUSALS[requirement]


def _unusual(case: Case) -> _Groups:
    if case.arrays:
        return _grouped(_ARRAY, *_KEY)
    return _grouped(_REPEATED, *_KEY) if case.again else _grouped(_UNDOCUMENTED, *_KEY, *_SERVER)


_Groups = Sequence[tuple[Callable[[Saved], bool], Sequence[Rule]]]


def _grouped(*rules: Rule) -> _Groups:
    groups: dict[Callable[[Saved], bool], list[Rule]] = {}
    for rule in rules:
        groups.setdefault(rule.concerns, []).append(rule)
    return list(groups.items())


_KEY = tuple(rule for rule in RULES if rule.requirement is r.ERRORS_KEY)
_SERVER = tuple(rule for rule in RULES if rule.requirement is r.HTTP_SERVER_ERROR)
_GROUPS = _grouped(*_ALWAYS)
