"""Each check by itself, on answers made by hand."""

from dataclasses import replace

import pytest

from answers import FIELDS, RIGHT, WRONG, answer, broken, overview
from reseller_conformance import requirements as r
from reseller_conformance.answer import read
from reseller_conformance.cases import Case
from reseller_conformance.checks import agreement, due, errors, form, http, success, values
from reseller_conformance.checks.agreement import Between
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Retry, Transport
from reseller_conformance.states import Text


def departs(check, subject) -> list[str]:
    return [departure.where for departure in check(subject)]


HTTP = [
    ("delivered", broken(Transport.DROPPED), broken(Transport.TIMEOUT)),
    ("delivered", answer(status=503), answer(status=500)),
    ("in_time", broken(Transport.TIMEOUT), broken(Transport.DROPPED)),
    ("complete", broken(Transport.INCOMPLETE), broken(Transport.DROPPED)),
    ("complete", broken(Transport.TOO_LARGE), answer()),
    ("server_error", answer(status=500), answer(status=404)),
    ("server_error", answer(status=501), answer(status=503)),
    ("redirect", answer(status=302), answer(status=200)),
    ("body", answer(body=b" \n"), answer(status=500, body=b"")),
    ("body", answer(status=204, body=b""), answer(status=302, body=b"")),
    ("status", answer(status=404, body=overview().exchange.body), overview()),
    ("error_status", answer(status=200), answer(status=422)),
    ("content_type", answer(content_type="text/html"), answer(content_type="Text/JavaScript")),
    ("content_type", answer(content_type=None), answer()),
    ("retries", answer(retries=(Retry("503", 1.0),)), answer()),
    ("retries", answer(retries=(Retry("429", 1.0),)), broken(Transport.DROPPED)),
]


@pytest.mark.parametrize(("name", "wrong", "right"), HTTP, ids=[row[0] for row in HTTP])
def test_each_http_check_sees_its_own_departure_and_no_other(name, wrong, right):
    check = getattr(http, name)
    assert departs(check, wrong)
    assert not departs(check, right)


def test_an_answer_in_another_format_has_one_cause():
    html = answer(body=b"<html>sorry</html>", content_type="text/html")
    assert not departs(http.content_type, html)
    assert r.READABLE_FORMAT in form.troubles(html)


def test_the_documented_call_wants_an_overview_of_whatever_form():
    assert not departs(success.answered, overview())
    assert not departs(success.answered, overview(credits_used="-1"))
    assert departs(success.answered, answer(body=b"[]"))
    assert departs(success.answered, answer(status=500))
    refused = next(success.answered(answer(status=403)))
    assert "credentials" in refused.hint


def test_a_wrong_call_is_refused_by_anything_but_an_account():
    assert departs(due.refused, overview(WRONG)) == ["task missing"]
    assert departs(due.refused, overview(WRONG, package="")) == ["task missing"]
    assert not departs(due.refused, answer(WRONG, 403))
    assert not departs(due.refused, answer(WRONG, 404, b"<html>", "text/html"))


def test_an_echoed_key_is_told_without_the_key():
    told = next(errors.key(answer(status=403, echoes_key=True)))
    assert "***" in told.got
    assert not departs(errors.key, answer(status=403))


def test_the_number_of_messages_stays():
    two = answer(body=b'{"message": "error", "errors": ["no", "no"]}')
    assert departs(errors.steady, [answer(), answer(), two]) == ["errors"]
    assert not departs(errors.steady, [two, two])


LIVE = [overview(credits_used=used, requests=used + 100) for used in (600, 605, 610)]


def test_a_live_count_is_right_between_its_neighbours():
    assert not departs(agreement.own, Between(*LIVE))
    assert departs(agreement.own, Between(LIVE[0], LIVE[2], LIVE[1])) == ["requests, credits_used"]


def test_texts_and_dates_are_those_of_a_neighbour():
    before, after = overview(), overview(package="Gold")
    assert not departs(agreement.own, Between(before, overview(package="Gold"), after))
    assert departs(agreement.own, Between(before, overview(package="Bronze"), after)) == ["package"]
    other_day = overview(billing_end_date="2010-09-28")
    assert departs(agreement.own, Between(before, other_day, before)) == ["billing_end_date"]


def test_line_ends_are_one_in_xml():
    json = overview(package="two\\r\\nlines")
    xml = overview(Case(Format.XML), package="two\nlines")
    assert not departs(agreement.formats, Between(json, xml, json))


@pytest.mark.parametrize("name", FIELDS)
def test_formats_that_disagree_in_one_field_are_told_by_it(name):
    changed = {"package": "Tin"} if name == "package" else {name: "2010-08-31"}
    changed = changed if name == "package" or "date" in name else {name: 9999}
    json, xml = overview(), overview(Case(Format.XML), **changed)
    assert departs(agreement.formats, Between(json, xml, json)) == [name]


def test_a_misdeclared_encoding_is_the_cause_and_no_disagreement():
    json = overview(package="Käse")
    xml = overview(Case(Format.XML), package="Käse")
    declared = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + xml.exchange.body
    xml = read(replace(xml.exchange, body=declared))
    for group in (Between(json, xml, json), Between(xml, json, xml)):
        assert departs(agreement.misdeclared, group) == ["package"]
        assert not departs(agreement.formats, group)


def test_a_header_that_overrules_a_right_declaration_is_the_cause():
    json = overview(package="čaj")
    body = overview(Case(Format.XML), package="čaj").exchange.body.decode().encode("iso-8859-2")
    body = b'<?xml version="1.0" encoding="ISO-8859-2"?>' + body
    xml = answer(Case(Format.XML), 200, body, "text/xml; charset=iso-8859-1")
    for group in (Between(json, xml, json), Between(xml, json, xml)):
        assert departs(agreement.overruled, group) == ["Content-Type"]
        assert not departs(agreement.misdeclared, group)
        assert not departs(agreement.formats, group)
    right = answer(Case(Format.XML), 200, body, "text/xml; charset=iso-8859-2")
    assert not departs(agreement.overruled, Between(json, right, json))


def test_customers_that_are_alike_are_told_even_while_they_count():
    first, second, third = LIVE
    assert departs(agreement.alike, Between(first, second, third)) == ["all ten fields"]
    assert not departs(agreement.alike, Between(first, overview(package="Gold"), third))


def test_a_crowd_is_answered_as_alone():
    refused = answer(WRONG, 403)
    assert not departs(agreement.own_in_turn, Between(refused, refused, refused))
    let_in = overview(WRONG)
    assert departs(agreement.own_in_turn, Between(refused, let_in, let_in))
    assert not departs(agreement.own_in_turn, Between(let_in, let_in, let_in)), "due tells it"
    out = answer(RIGHT, 403)
    assert departs(agreement.own_in_turn, Between(overview(), out, overview())) == ["answer"]


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (values.reputation, {"reputation": 101}),
        (values.package, {"package": " "}),
        (values.balance, {"credits_remain": 399}),
        (values.balance, {"credits_overage": 1}),
        (values.balance, {"credits_used": 10**30}),
        (values.cycle, {"billing_end_date": "2010-08-29"}),
        (values.cycle, {"billing_process_date": "2010-09-28"}),
    ],
)
def test_values_that_make_no_sense(check, changes):
    assert departs(check, overview(**changes))
    assert not departs(check, overview())


def test_counts_of_any_size_can_be_told():
    huge = "9" * 5000
    told = list(values.balance(overview(credits_used=huge)))
    assert all("bits" in departure.expected for departure in told)


def test_what_counts_up_goes_down_only_with_a_new_cycle():
    assert not departs(values.steady, LIVE)
    assert departs(values.steady, [LIVE[1], LIVE[0]]) == ["requests", "credits_used"]
    new = overview(credits_used=0, requests=0, billing_start_date="2010-09-30")
    assert not departs(values.steady, [LIVE[1], new])


def test_a_text_answers_for_all_that_goes_wrong_with_it():
    odd = Case(Format.JSON, user=Text("'"))
    assert departs(form.envelope, answer(odd, 500, b"Traceback")) == ["status"]
    assert not departs(form.envelope, answer(odd, 400))


def test_but_not_for_what_goes_wrong_with_a_plain_value_too():
    odd, usual = Case(Format.JSON, user=Text("'")), form.troubles(answer(status=500, body=b""))
    assert not list(form.envelope(answer(odd, 500, b""), usual))
    assert list(form.envelope(answer(odd, 302, b""), usual))
