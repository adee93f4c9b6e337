"""Which rules judge a response, with which evidence, and what an invalid call is refused by."""

import json
from dataclasses import replace

import pytest

from made_responses import FIELDS, RIGHT, broken, overview, response_to
from reseller_conformance import requirements as r
from reseller_conformance.cases.mutations import ADDRESSES, KEY_SPELLINGS, LENIENT, State
from reseller_conformance.checks.rules import (
    ALL_EVIDENCE,
    COMPARISONS,
    RULES,
    Evidence,
    Scope,
    Subject,
    refusal_due,
    rules_for,
)
from reseller_conformance.exchange import TransportErrorKind
from reseller_conformance.suite.items import items

NOT_ALONE = {"request", "consistency", "isolation", "clients"}

DUE = {
    Subject.RESPONSE: broken(TransportErrorKind.TIMEOUT),
    Subject.READABLE: response_to(body=b"<html>"),
    Subject.OVERVIEW: overview(),
    Subject.ERROR_ENVELOPE: response_to(),
}
OTHER_REFUSALS = {
    r.REJECTS_TASK_SPELLING: {"task": LENIENT[0]},
    r.REJECTS_API_KEY_SPELLING: {"api_key": KEY_SPELLINGS[0]},
    r.REJECTS_USER_ADDRESS: {"user": ADDRESSES[0]},
    r.REJECTS_USER_FOREIGN: {"user": State.FOREIGN},
    r.REJECTS_COMBINED: {"user": State.EMPTY, "task": State.MISSING},
}


def refused(rule):
    states = OTHER_REFUSALS.get(rule.requirement) or {rule.parameter: rule.state or State.UNKNOWN}
    return response_to(replace(RIGHT, **states))


def judged(of, evidence=ALL_EVIDENCE, scope=Scope.ORDINARY) -> set[r.Requirement]:
    return {rule.requirement for rule in rules_for(of, evidence, scope)}


def test_each_requirement_that_one_response_can_violate_has_one_rule():
    named = [rule.requirement for rule in RULES]
    others = {r.VALUES_EXPECTED}  # which takes a file of the operator's
    others |= {r.ERRORS_NO_ACCOUNT_DATA}  # which needs the overviews beside the error
    others |= {r.ERRORS_DETERMINISTIC, r.CONSISTENCY_COUNTERS, r.REJECTS_USER_SIMILAR}
    repeated = sorted(one.id for one in set(named) if named.count(one) > 1)
    assert not repeated, f"two rows of RULES, or a row and the reader's: {repeated}"
    expected = {one for one in r.CATALOGUE if one.topic not in NOT_ALONE} - others
    missing = sorted(one.id for one in expected - set(named))
    assert not missing, f"add a row to RULES of checks/rules.py: {missing}"
    assert set(named) == expected


def test_the_run_has_an_item_for_each_requirement():
    missing = sorted({one.id for one in r.CATALOGUE} - {one.id for one, _, _ in items()})
    assert not missing, f"add a test to the topic's class in suite/: {missing}"


OF_HEADERS = Evidence.HEADERS | Evidence.CONTENT_TYPE | Evidence.ENCODING


def found(rule, response) -> list[tuple[str, str]]:
    return [(violation.where, violation.actual) for violation in rule.check(response)]


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if not rule.needs & OF_HEADERS],
    ids=lambda rule: rule.requirement.id,
)
def test_a_rule_that_needs_no_headers_finds_the_same_without_them(rule):
    for response in DUE.values():
        unsaved = replace(response, exchange=replace(response.exchange, headers=()))
        if rule in rules_for(response, ALL_EVIDENCE):
            assert found(rule, unsaved) == found(rule, response), "name Evidence.HEADERS in RULES"


def test_a_rule_is_left_out_without_its_evidence():
    for rule in RULES:
        subject = refused(rule) if rule.subject is Subject.REFUSAL else DUE[rule.subject]
        for evidence in Evidence:
            is_judged = rule.requirement in judged(subject, ALL_EVIDENCE & ~evidence)
            assert is_judged is (evidence not in rule.needs), (rule.requirement, evidence)


def test_calls_that_the_docs_do_not_describe_are_judged_by_few_rules():
    undocumented = judged(overview(), scope=Scope.UNDOCUMENTED)
    assert undocumented == {r.HTTP_SERVER_ERROR, r.ERRORS_NO_KEY_ECHO}
    unusual = judged(overview(), scope=Scope.UNUSUAL)
    assert unusual == {r.HTTP_CHARSET, r.ERRORS_NO_KEY_ECHO}
    clients = judged(overview(), scope=Scope.CLIENTS)
    assert clients == {r.HTTP_CONTENT_TYPE, r.ERRORS_NO_KEY_ECHO}
    assert judged(overview(), scope=Scope.OTHER) == {r.ERRORS_NO_KEY_ECHO}


def test_form_is_what_every_envelope_must_have():
    form = [rule for rule in RULES if rule.form]
    assert {rule.requirement.level for rule in form} == {r.Level.MUST}
    assert {rule.requirement.topic for rule in form} == {"http", "readable", "success", "errors"}


def test_comparisons_of_one_format_name_a_requirement_that_has_formats():
    for comparison in COMPARISONS:
        formats = comparison.requirement.formats
        assert comparison.format in (formats or (None,))


def about(*subjects: Subject) -> set[r.Requirement]:
    return {rule.requirement for rule in RULES if rule.subject in subjects}


def test_a_response_is_judged_by_the_rules_of_each_kind_that_it_belongs_to():
    unread = about(Subject.RESPONSE)
    readable = unread | about(Subject.READABLE)
    assert judged(broken(TransportErrorKind.TIMEOUT)) == unread
    assert judged(response_to(body=b"<html>")) == readable
    assert judged(overview()) == readable | about(Subject.OVERVIEW)
    assert judged(response_to()) == readable | about(Subject.ERROR_ENVELOPE)


@pytest.mark.parametrize(
    ("names", "requirement"),
    [
        (("reputation",), r.VALUES_REPUTATION),
        (("package",), r.VALUES_PACKAGE),
        (
            ("credits_allowed", "credits_used", "credits_remain", "credits_overage"),
            r.VALUES_BALANCE,
        ),
        (
            ("billing_start_date", "billing_end_date", "billing_process_date"),
            r.VALUES_CYCLE,
        ),
    ],
)
def test_values_are_judged_where_all_of_them_could_be_read(names, requirement):
    for name in FIELDS:
        rest = {known: value for known, value in FIELDS.items() if known != name}
        without = response_to(body=json.dumps(rest).encode())
        assert (requirement in judged(without)) is (name not in names)


def test_the_checks_are_those_of_their_requirements():
    def departing(of) -> set[r.Requirement]:
        rules = rules_for(of, ALL_EVIDENCE)
        return {rule.requirement for rule in rules if any(rule.check(of))}

    assert departing(overview()) == set()
    failed = response_to(status=500, body=overview().exchange.body)
    assert departing(failed) == {r.HTTP_SERVER_ERROR, r.SUCCESS_RETURNED}
    assert departing(response_to(status=302)) >= {r.HTTP_REDIRECT}
    assert departing(response_to(body=b"{")) >= {r.READABLE_SYNTAX}
    assert departing(broken(TransportErrorKind.DROPPED)) == {r.HTTP_DELIVERED, r.SUCCESS_RETURNED}
    assert departing(overview(reputation=101)) == {r.VALUES_REPUTATION}
    assert departing(overview(credits_remain=1)) == {r.VALUES_BALANCE}


@pytest.mark.parametrize("scope", [Scope.UNDOCUMENTED, Scope.UNUSUAL])
def test_an_invalid_parameter_is_judged_only_in_a_call_that_the_docs_describe(scope):
    let_in = overview(replace(RIGHT, task=State.MISSING))
    assert r.REJECTS_TASK_MISSING in judged(let_in)
    assert r.REJECTS_TASK_MISSING not in judged(let_in, scope=scope)


def test_a_response_that_is_no_envelope_refuses_nothing():
    page = response_to(replace(RIGHT, task=State.MISSING), 200, b"<html>")
    assert r.REJECTS_TASK_MISSING not in judged(page)


def test_each_wrong_parameter_is_judged_by_the_requirement_that_names_it():
    assert refusal_due(RIGHT) is None
    assert refusal_due(replace(RIGHT, task=LENIENT[0])) is r.REJECTS_TASK_SPELLING
    assert refusal_due(replace(RIGHT, task=LENIENT[0], user=State.EMPTY)) is r.REJECTS_USER_EMPTY
    assert refusal_due(replace(RIGHT, user=State.FOREIGN)) is r.REJECTS_USER_FOREIGN
    assert refusal_due(replace(RIGHT, task=State.EMPTY, user=State.EMPTY)) is r.REJECTS_COMBINED


@pytest.mark.parametrize(
    ("parameter", "missing", "empty", "wrong"),
    [
        ("task", r.REJECTS_TASK_MISSING, r.REJECTS_TASK_EMPTY, r.REJECTS_TASK_OTHER),
        ("user", r.REJECTS_USER_MISSING, r.REJECTS_USER_EMPTY, r.REJECTS_USER_UNKNOWN),
        (
            "api_user",
            r.REJECTS_API_USER_MISSING,
            r.REJECTS_API_USER_EMPTY,
            r.REJECTS_API_USER_WRONG,
        ),
        ("api_key", r.REJECTS_API_KEY_MISSING, r.REJECTS_API_KEY_EMPTY, r.REJECTS_API_KEY_WRONG),
    ],
)
def test_a_parameter_is_missing_empty_or_wrong(parameter, missing, empty, wrong):
    assert refusal_due(replace(RIGHT, **{parameter: State.MISSING})) is missing
    assert refusal_due(replace(RIGHT, **{parameter: State.EMPTY})) is empty
    assert refusal_due(replace(RIGHT, **{parameter: State.UNKNOWN})) is wrong
