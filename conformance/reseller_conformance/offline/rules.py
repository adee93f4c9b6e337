"""Which requirements a saved answer is judged by: those that it can tell something of.

What they look at is what the suite has them look at; the judgements are those of `checks`. What
compares several answers is left to `together`; all else takes a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reseller_conformance import requirements as r
from reseller_conformance.answer import Answer
from reseller_conformance.cases import Case, Expected
from reseller_conformance.checks import due, errors, form, http, success, values
from reseller_conformance.checks.departure import Check, Departure
from reseller_conformance.checks.reading import met
from reseller_conformance.envelope import Looks
from reseller_conformance.offline.saved import Saved
from reseller_conformance.requirements import CATALOGUE, Requirement
from reseller_conformance.states import LENIENT, State, Value

__all__ = ["RULES", "Rule", "is_plain", "rules_for"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement, the saved answers that it speaks of, and the check that judges them.

    `lacking` says why there was none, where there was none; it is empty where that need not be
    said. `recorded` says that it speaks of recorded calls alone.
    """

    requirement: Requirement
    concerns: Callable[[Saved], bool]
    check: Check[Answer]
    lacking: str
    recorded: bool = False


# --- Which answers -------------------------------------------------------------------------------


def _any(_: Saved) -> bool:
    return True


def _speaks(saved: Saved) -> bool:
    return saved.answer.speaks


def _decoded(saved: Saved) -> bool:
    # a recorder that decoded the body has hidden everything but a mark that it left
    told = any(problem.requirement is r.READABLE_ENCODING for problem in saved.answer.problems)
    return saved.answer.speaks and (saved.verbatim or told)


def _overview(saved: Saved) -> bool:
    return saved.answer.looks is Looks.OVERVIEW


def _errors(saved: Saved) -> bool:
    return saved.answer.looks is Looks.ERRORS


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


def _keyed(saved: Saved) -> bool:
    return saved.keyed


def _with_status(concerns: Callable[[Saved], bool]) -> Callable[[Saved], bool]:
    return lambda saved: _status(saved) and concerns(saved)


def _with_fields(*names: str) -> Callable[[Saved], bool]:
    def concerns(saved: Saved) -> bool:
        return _overview(saved) and saved.answer.values.keys() >= set(names)

    return concerns


_DUE: Mapping[tuple[str, Value], Requirement] = {
    ("task", State.MISSING): r.DUE_TASK_MISSING,
    ("task", State.EMPTY): r.DUE_TASK_EMPTY,
    ("user", State.MISSING): r.DUE_USER_MISSING,
    ("user", State.EMPTY): r.DUE_USER_EMPTY,
}


def _due(case: Case) -> Requirement | None:
    """Return the requirement by which this call is refused, as far as a saved call tells."""
    if case.task is State.VALID and case.user is State.VALID:
        return None
    if case.task in LENIENT and not case.wrong:
        return r.DUE_TASK_SPELLING
    if len(case.wrong) > 1:
        return r.DUE_COMBINED
    stated = [_DUE.get((name, case.state(name)), r.DUE_TASK_OTHER) for name in case.wrong]
    return next(iter(stated), None)


# --- By which check ------------------------------------------------------------------------------


def _no_error(answer: Answer) -> Iterator[Departure]:
    """An error is due, so that `message` and `errors` stand where the page has them."""
    if answer.looks is Looks.OVERVIEW:
        yield Departure(answer, "body", "an error envelope", "an overview")


def _of_topic(topic: str, *but: Requirement) -> Iterator[Requirement]:
    for requirement in CATALOGUE:
        if requirement.topic == topic and requirement not in but:
            yield requirement


_NO_BODY = "no body was there to be read"
_NO_OVERVIEW = "no overview was saved"
_NO_ERRORS = "no error envelope was saved"
_NO_TYPE = "no Content-Type was saved"
_NO_BYTES = "no Content-Type was saved beside the bytes that came"
_NO_CALL = "no such call was recorded, or none that an envelope answers"
_NOTHING_DUE = "nothing says that an overview is due: --expect overview does"
_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")


def _rules() -> Iterator[Rule]:
    yield Rule(r.SUCCESS_ANSWERED, _expected, success.answered, _NOTHING_DUE, recorded=True)
    yield Rule(r.HTTP_COMPLETE, _cut, http.complete, "")
    yield Rule(r.HTTP_SERVER_ERROR, _status, http.server_error, _NO_CALL, recorded=True)
    yield Rule(r.HTTP_REDIRECT, _status, http.redirect, _NO_CALL, recorded=True)
    yield Rule(r.HTTP_BODY, _any, http.body, "")
    for requirement, concerns, check in (
        (r.HTTP_STATUS, _overview, http.status),
        (r.HTTP_ERROR_STATUS, _errors, http.error_status),
    ):
        yield Rule(requirement, _with_status(concerns), check, _NO_CALL, recorded=True)
    yield Rule(r.HTTP_CONTENT_TYPE, _headers, http.content_type, _NO_TYPE)
    yield Rule(r.HTTP_CHARSET, _charset, http.charset, _NO_BYTES)
    for requirement in _of_topic("readable"):
        concerns = _decoded if requirement is r.READABLE_ENCODING else _speaks
        yield Rule(requirement, concerns, met(requirement), _NO_BODY)
    for requirement in _of_topic("success", r.SUCCESS_ANSWERED):
        yield Rule(requirement, _overview, met(requirement), _NO_OVERVIEW)
    yield Rule(r.ERRORS_KEY, _keyed, errors.key, _NO_CALL, recorded=True)
    for requirement in _of_topic("errors", r.ERRORS_KEY, r.ERRORS_STEADY):
        yield Rule(requirement, _errors, met(requirement), _NO_ERRORS)
    yield Rule(r.ERRORS_SHAPE, lambda saved: saved.due is Expected.ERROR, _no_error, _NO_ERRORS)
    for requirement, fields, check in (
        (r.VALUES_REPUTATION, ("reputation",), values.reputation),
        (r.VALUES_PACKAGE, ("package",), values.package),
        (r.VALUES_BALANCE, _BALANCE, values.balance),
        (r.VALUES_CYCLE, values.CYCLE, values.cycle),
    ):
        yield Rule(requirement, _with_fields(*fields), check, _NO_OVERVIEW)


_ALWAYS = tuple(_rules())
_REFUSALS = {
    requirement: Rule(requirement, _envelope, due.refused, _NO_CALL, recorded=True)
    for requirement in (*_DUE.values(), r.DUE_TASK_OTHER, r.DUE_TASK_SPELLING, r.DUE_COMBINED)
}


# --- Calls that the page says nothing of ---------------------------------------------------------

_UNUSUAL = tuple(
    Rule(requirement, _any, form.envelope, _NO_CALL, recorded=True)
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
    requirement = _due(saved.answer.case)
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
