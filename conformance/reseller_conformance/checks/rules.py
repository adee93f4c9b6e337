"""Which check judges which requirement: one table for runs, saved responses and load tests.

A rule says which kind of response its requirement is about, and which evidence its check needs.
A run has all evidence. `offline` and `soak` use the rules whose evidence they have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, Flag, auto
from functools import cache

from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import ADDRESSES, KEY_SPELLINGS, LENIENT, State
from reseller_conformance.checks import consistency, errors, http, rejects, success, values
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Check, Violation
from reseller_conformance.contract import Format
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.requirements import CATALOGUE, Level, Requirement

__all__ = [
    "ALL_EVIDENCE",
    "COMPARISONS",
    "NOT_READ",
    "RULES",
    "Comparison",
    "Evidence",
    "Rule",
    "Scope",
    "Subject",
    "reader_violations",
    "refusal_due",
    "rules_for",
    "rules_of",
    "subjects_of",
]


class Subject(Enum):
    """The kind of response that a requirement is about."""

    RESPONSE = "any response"
    READABLE = "a complete response of the implementation itself, with a body"
    OVERVIEW = "an overview, or what was meant as one"
    ERROR_ENVELOPE = "an error envelope, or what was meant as one"
    REFUSAL = "an envelope in response to an invalid call"


class Evidence(Flag):
    """What must be known of a response beside its body."""

    NONE = 0
    STATUS = auto()
    HEADERS = auto()
    """All header fields, so that a field that is not there was not sent."""
    CONTENT_TYPE = auto()
    """A Content-Type field."""
    RAW_BYTES = auto()
    """The body byte by byte as it was sent."""
    ENCODING = auto()
    """In which encoding the body was sent."""
    API_KEY = auto()
    """The key that was sent with the call."""
    EXPECTED_KIND = auto()
    """That an overview is due."""
    VALID_VALUES = auto()
    """Which credentials and customers are valid."""
    ENDING = auto()
    """How the response ended: complete, cut off, too large."""
    LIVE_CALL = auto()
    """How long the call took, and how often it was tried."""


ALL_EVIDENCE = ~Evidence.NONE


class Scope(Flag):
    """The kinds of calls whose responses a rule judges."""

    ORDINARY = auto()
    """Calls that the API docs describe."""
    UNDOCUMENTED = auto()
    """Valid calls with undocumented parameters."""
    UNUSUAL = auto()
    """Calls with special texts, arrays or repeated parameters."""
    CLIENTS = auto()
    """Calls as other clients send them."""
    FORMS = auto()
    """Invalid forms, where a valid form gets an overview."""
    OTHER = auto()
    """Malformed calls, and ways around the check."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement that a single response can violate, and how to judge that.

    `form` marks what is required of the form of every envelope, for any call.
    """

    requirement: Requirement
    subject: Subject
    check: Check[Response]
    needs: Evidence = Evidence.NONE
    form: bool = False
    scope: Scope = Scope.ORDINARY
    fields: tuple[str, ...] = ()
    """The fields that must be readable in an overview for this check."""
    parameter: str = ""
    """Of a refusal: the parameter that alone is invalid."""
    state: State | None = None
    """How it is invalid: missing or empty; None for any other value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A requirement on an overview between two of the same customer in the other format.

    `format` is the format that is judged; None where the requirement is about both together.
    """

    requirement: Requirement
    check: Check[Bracketed]
    format: Format | None = None
    needs: Evidence = Evidence.NONE
    fields: tuple[str, ...] = ()
    """The fields without which nothing is compared."""


def reader_violations(requirement: Requirement) -> Check[Response]:
    """Return the check that yields the reader's problems with this requirement."""

    def check(response: Response) -> Iterator[Violation]:
        if not response.is_readable:
            return
        for problem in response.problems:
            if problem.requirement is requirement:
                yield Violation(
                    response, problem.where, problem.expected, problem.got, problem.hint
                )

    return check


def _reader_rules(
    topic: str, subject: Subject, needs: Mapping[Requirement, Evidence] | None = None
) -> Iterator[Rule]:
    """Yield a rule for each requirement of this topic that the readers of `envelope` judge."""
    for requirement in CATALOGUE:
        if requirement.topic == topic and requirement not in NOT_READ:
            form = requirement.level is Level.MUST
            check = reader_violations(requirement)
            evidence = (needs or {}).get(requirement, Evidence.NONE)
            yield Rule(requirement, subject, check, evidence, form)


NOT_READ = (
    r.READABLE_ENCODING_NAME,
    r.SUCCESS_RETURNED,
    r.ERRORS_NO_KEY_ECHO,
    r.ERRORS_NO_ACCOUNT_DATA,
    r.ERRORS_DETERMINISTIC,
)
"""Requirements of these topics with a check of their own: the readers do not judge them."""


def _refusals(
    parameter: str, missing: Requirement, empty: Requirement, other: Requirement
) -> Iterator[Rule]:
    """Yield the rules for calls in which this parameter alone is invalid."""
    states = {State.MISSING: missing, State.EMPTY: empty, None: other}
    for state, requirement in states.items():
        # Without the account, a call shows only that its task is invalid, or that it names no user.
        evident = parameter == "task" or (parameter == "user" and state is not None)
        needs = Evidence.NONE if evident else Evidence.VALID_VALUES
        yield Rule(requirement, _REFUSAL, rejects.refused, needs, parameter=parameter, state=state)


_RESPONSE, _READABLE, _OVERVIEW, _ERRORS, _REFUSAL = Subject
_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")

RULES: tuple[Rule, ...] = (
    Rule(r.SUCCESS_RETURNED, _RESPONSE, success.returned, Evidence.EXPECTED_KIND),
    Rule(r.HTTP_DELIVERED, _RESPONSE, http.delivered, Evidence.LIVE_CALL, form=True),
    Rule(r.HTTP_TIMEOUT, _RESPONSE, http.in_time, Evidence.LIVE_CALL, form=True),
    Rule(r.HTTP_COMPLETE, _RESPONSE, http.complete, Evidence.ENDING, form=True),
    Rule(
        r.HTTP_SERVER_ERROR,
        _RESPONSE,
        http.server_error,
        Evidence.STATUS,
        form=True,
        scope=Scope.ORDINARY | Scope.UNDOCUMENTED | Scope.FORMS,
    ),
    Rule(r.HTTP_REDIRECT, _RESPONSE, http.redirect, Evidence.STATUS, form=True),
    Rule(r.HTTP_BODY, _RESPONSE, http.body, form=True),
    Rule(r.HTTP_RETRIES, _RESPONSE, http.retries, Evidence.LIVE_CALL),
    Rule(r.HTTP_STATUS, _OVERVIEW, http.status, Evidence.STATUS, form=True),
    Rule(
        r.HTTP_ERROR_STATUS,
        _ERRORS,
        http.error_status,
        Evidence.STATUS,
        scope=Scope.ORDINARY | Scope.CLIENTS,
    ),
    Rule(
        r.HTTP_CONTENT_TYPE,
        _READABLE,
        http.content_type,
        Evidence.HEADERS,
        # a framework may choose it by Accept, although the URL chooses the format
        scope=Scope.ORDINARY | Scope.CLIENTS,
    ),
    Rule(
        r.HTTP_CHARSET,
        _READABLE,
        http.charset,
        Evidence.CONTENT_TYPE | Evidence.RAW_BYTES,
        # most errors are in ASCII, but for what they repeat of a special text
        scope=Scope.ORDINARY | Scope.UNUSUAL,
    ),
    *_reader_rules("readable", _READABLE, {r.READABLE_ENCODING: Evidence.ENCODING}),
    Rule(
        r.READABLE_ENCODING_NAME,
        _READABLE,
        http.encoding_name,
        Evidence.CONTENT_TYPE | Evidence.RAW_BYTES,
    ),
    *_reader_rules("success", _OVERVIEW),
    *_reader_rules("errors", _ERRORS),
    Rule(
        r.ERRORS_NO_KEY_ECHO,
        _RESPONSE,
        errors.key,
        Evidence.API_KEY,
        scope=~Scope(0),
    ),
    Rule(r.VALUES_REPUTATION, _OVERVIEW, values.reputation, fields=("reputation",)),
    Rule(r.VALUES_PACKAGE, _OVERVIEW, values.package, fields=("package",)),
    Rule(r.VALUES_BALANCE, _OVERVIEW, values.balance, fields=_BALANCE),
    Rule(r.VALUES_CYCLE, _OVERVIEW, values.cycle, fields=values.CYCLE),
    *_refusals("task", r.REJECTS_TASK_MISSING, r.REJECTS_TASK_EMPTY, r.REJECTS_TASK_OTHER),
    *_refusals("user", r.REJECTS_USER_MISSING, r.REJECTS_USER_EMPTY, r.REJECTS_USER_UNKNOWN),
    *_refusals(
        "api_user", r.REJECTS_API_USER_MISSING, r.REJECTS_API_USER_EMPTY, r.REJECTS_API_USER_WRONG
    ),
    *_refusals(
        "api_key", r.REJECTS_API_KEY_MISSING, r.REJECTS_API_KEY_EMPTY, r.REJECTS_API_KEY_WRONG
    ),
    Rule(r.REJECTS_TASK_SPELLING, _REFUSAL, rejects.refused),
    Rule(r.REJECTS_API_KEY_SPELLING, _REFUSAL, rejects.refused, Evidence.VALID_VALUES),
    Rule(r.REJECTS_USER_ADDRESS, _REFUSAL, rejects.refused, Evidence.VALID_VALUES),
    Rule(r.REJECTS_USER_FOREIGN, _REFUSAL, rejects.refused, Evidence.VALID_VALUES),
    Rule(r.REJECTS_COMBINED, _REFUSAL, rejects.refused),
)
"""What single responses are judged by. Of several causes of a failure the first is named."""

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(r.CONSISTENCY_FORMATS, consistency.formats),
    Comparison(r.CONSISTENCY_WHITE_SPACE, consistency.white_space, fields=("package",)),
    Comparison(
        r.READABLE_ENCODING,
        consistency.declares_wrong_encoding,
        Format.XML,
        Evidence.RAW_BYTES,
    ),
    Comparison(r.HTTP_CHARSET, consistency.charset_overrides, Format.XML, Evidence.RAW_BYTES),
)
"""What the overviews of one customer in both formats are judged by."""


def rules_of(requirement: Requirement) -> tuple[Rule, ...]:
    """Return the rules that judge this requirement."""
    return tuple(rule for rule in RULES if rule.requirement is requirement)


def rules_for(
    response: Response, evidence: Evidence, scope: Scope = Scope.ORDINARY
) -> Iterator[Rule]:
    """Yield the rules by which this response can be judged with this evidence."""
    # A recording may hold 100,000 responses, and only few selections differ.
    values = response.values
    for rule in _selected(subjects_of(response), evidence, scope):
        if all(name in values for name in rule.fields):
            yield rule
    due = refusal_due(response.case) if scope is Scope.ORDINARY else None
    # A response that is no envelope refuses nothing, but it discloses no account either.
    if due is not None and response.kind is not EnvelopeKind.UNKNOWN:
        yield from (rule for rule in rules_of(due) if rule.needs in evidence)


def subjects_of(response: Response) -> frozenset[Subject]:
    """Return the kinds of responses that this one belongs to."""
    return _subjects(response.is_readable, response.kind)


@cache
def _subjects(readable: bool, kind: EnvelopeKind) -> frozenset[Subject]:
    subjects = {Subject.RESPONSE}
    if readable:
        subjects.add(Subject.READABLE)
    if kind is EnvelopeKind.OVERVIEW:
        subjects.add(Subject.OVERVIEW)
    if kind is EnvelopeKind.ERRORS:
        subjects.add(Subject.ERROR_ENVELOPE)
    return frozenset(subjects)


@cache
def _selected(subjects: frozenset[Subject], evidence: Evidence, scope: Scope) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule in RULES
        if rule.subject in subjects and rule.needs in evidence and scope in rule.scope
    )


_REFUSED_BY = {(rule.parameter, rule.state): rule.requirement for rule in RULES if rule.parameter}


def refusal_due(case: Case) -> Requirement | None:
    """Return the requirement that says that this call is refused; None for a valid call."""
    if not case.invalid:
        return r.REJECTS_TASK_SPELLING if case.task in LENIENT else None
    if len(case.invalid) > 1:
        return r.REJECTS_COMBINED
    name = case.invalid[0]
    match case.invalid_state(name):
        case State.MISSING | State.EMPTY as state:
            return _REFUSED_BY[name, state]
        case State.FOREIGN:
            return r.REJECTS_USER_FOREIGN
        case state if name == "user" and state in ADDRESSES:
            return r.REJECTS_USER_ADDRESS
        case state if name == "api_key" and state in KEY_SPELLINGS:
            return r.REJECTS_API_KEY_SPELLING
        case _:
            return _REFUSED_BY[name, None]
