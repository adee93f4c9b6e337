"""What one answer tells by itself: of which answers each requirement speaks, and what is due."""

import json
from dataclasses import replace

import pytest

from answers import FIELDS, RIGHT, answer, broken, overview
from reseller_conformance import requirements as r
from reseller_conformance.cases.mutations import LENIENT, State
from reseller_conformance.checks.alone import SINGLE_RESPONSE_RULES, rules_due
from reseller_conformance.exchange import TransportErrorKind

NOT_ALONE = {"rejects", "request", "consistency", "isolation"}
WHATEVER = {
    *(r.SUCCESS_RETURNED, r.HTTP_DELIVERED, r.HTTP_TIMEOUT, r.HTTP_COMPLETE, r.HTTP_SERVER_ERROR),
    *(r.HTTP_REDIRECT, r.HTTP_BODY, r.HTTP_RETRIES, r.ERRORS_NO_KEY_ECHO),
}


def judged(of) -> set[r.Requirement]:
    return {rule.requirement for rule in SINGLE_RESPONSE_RULES if rule.subject(of)}


def test_each_requirement_that_one_answer_can_violate_stands_there_once():
    named = [rule.requirement for rule in SINGLE_RESPONSE_RULES]
    others = {r.ERRORS_DETERMINISTIC, r.CONSISTENCY_COUNTERS}
    assert len(named) == len(set(named))
    assert set(named) == {one for one in r.CATALOGUE if one.topic not in NOT_ALONE} - others


def test_an_answer_that_did_not_come_is_judged_by_how_it_was_delivered():
    assert judged(broken(TransportErrorKind.TIMEOUT)) == WHATEVER


def test_an_overview_is_judged_by_its_fields_and_an_error_by_its_messages():
    topics = {rule.requirement: rule.requirement.topic for rule in SINGLE_RESPONSE_RULES}
    form = {r.HTTP_CONTENT_TYPE, r.HTTP_CHARSET, *(q for q in topics if topics[q] == "readable")}
    fields = {q for q in topics if topics[q] in ("success", "values")} | {r.HTTP_STATUS}
    messages = {q for q in topics if topics[q] == "errors"} | {r.HTTP_ERROR_STATUS}
    assert judged(overview()) == WHATEVER | form | fields
    assert judged(answer()) == WHATEVER | form | messages
    assert judged(answer(body=b"<html>")) == WHATEVER | form


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
        without = answer(body=json.dumps(rest).encode())
        assert (requirement in judged(without)) is (name not in names)


def test_the_checks_are_those_of_their_requirements():
    def departing(of) -> set[r.Requirement]:
        return {
            rule.requirement
            for rule in SINGLE_RESPONSE_RULES
            if rule.subject(of) and any(rule.check(of))
        }

    assert departing(overview()) == set()
    failed = answer(status=500, body=overview().exchange.body)
    assert departing(failed) == {r.HTTP_SERVER_ERROR, r.SUCCESS_RETURNED}
    assert departing(answer(status=302)) >= {r.HTTP_REDIRECT}
    assert departing(answer(body=b"{")) >= {r.READABLE_SYNTAX}
    assert departing(broken(TransportErrorKind.DROPPED)) == {r.HTTP_DELIVERED, r.SUCCESS_RETURNED}
    assert departing(overview(reputation=101)) == {r.VALUES_REPUTATION}
    assert departing(overview(credits_remain=1)) == {r.VALUES_BALANCE}


def test_each_wrong_parameter_is_judged_by_the_requirement_that_names_it():
    assert rules_due(RIGHT) is None
    assert rules_due(replace(RIGHT, task=LENIENT[0])) is r.REJECTS_TASK_SPELLING
    assert rules_due(replace(RIGHT, task=LENIENT[0], user=State.EMPTY)) is r.REJECTS_USER_EMPTY
    assert rules_due(replace(RIGHT, user=State.FOREIGN)) is r.REJECTS_USER_FOREIGN
    assert rules_due(replace(RIGHT, task=State.EMPTY, user=State.EMPTY)) is r.REJECTS_COMBINED


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
    assert rules_due(replace(RIGHT, **{parameter: State.MISSING})) is missing
    assert rules_due(replace(RIGHT, **{parameter: State.EMPTY})) is empty
    assert rules_due(replace(RIGHT, **{parameter: State.UNKNOWN})) is wrong
