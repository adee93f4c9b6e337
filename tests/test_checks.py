"""Each check by itself, on responses made by hand."""

from dataclasses import replace
from datetime import date
from json import dumps

import pytest

from made_responses import FIELDS, RIGHT, WRONG, broken, overview, response_to
from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State, Text
from reseller_conformance.checks import (
    consistency,
    errors,
    http,
    near_miss,
    rejects,
    success,
    values,
    well_formed,
)
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import (
    COUNTS,
    counts_alone,
    disagree,
    may_lag,
    moving_counters,
    moving_values,
    shows_account_of,
)
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.rules import reader_violations
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Retry, TransportErrorKind


def departs(check, subject) -> list[str]:
    return [departure.where for departure in check(subject)]


def typed(*content_types: str) -> Response:
    """Make a response with one header line for each of these values of Content-Type."""
    made = response_to().exchange
    fields = tuple(("Content-Type", content_type) for content_type in content_types)
    return parse(replace(made, headers=fields))


OVERVIEW = overview().exchange.body
HTTP = [
    ("delivered", broken(TransportErrorKind.DROPPED), broken(TransportErrorKind.TIMEOUT)),
    ("delivered", response_to(status=503), response_to(status=500)),
    ("in_time", broken(TransportErrorKind.TIMEOUT), broken(TransportErrorKind.DROPPED)),
    ("complete", broken(TransportErrorKind.INCOMPLETE), broken(TransportErrorKind.DROPPED)),
    ("complete", broken(TransportErrorKind.TOO_LARGE), response_to()),
    (
        "complete",
        typed("application/json", "text/html"),
        typed("application/json", "Application/JSON"),
    ),
    (
        "complete",
        typed("text/html", "application/json"),
        typed("text/javascript", "application/json"),
    ),
    (
        "complete",
        typed("text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"),
        typed("text/xml; charset=UTF-8", "application/xml;charset=utf8", "text/xml"),
    ),
    ("complete", typed("text/html", "text/plain"), typed("text/html", "Text/HTML ;a=b")),
    ("server_error", response_to(status=500), response_to(status=404)),
    ("server_error", response_to(status=501), response_to(status=503)),
    ("redirect", response_to(status=300), response_to(status=299)),
    ("redirect", response_to(status=399), response_to(status=400)),
    ("body", response_to(body=b" \n"), response_to(status=500, body=b"")),
    ("body", response_to(status=204, body=b""), response_to(status=302, body=b"")),
    ("body", response_to(status=205, body=b"{}"), response_to(status=206, body=b"{}")),
    ("body", response_to(status=205, body=OVERVIEW), response_to(status=200, body=OVERVIEW)),
    ("body", response_to(body=b""), broken(TransportErrorKind.INCOMPLETE, 200)),
    ("status", response_to(status=404, body=OVERVIEW), overview()),
    ("status", response_to(status=400, body=OVERVIEW), response_to(status=299, body=OVERVIEW)),
    ("error_status", response_to(status=200), response_to(status=400)),
    ("error_status", response_to(status=299), response_to(status=499)),
    (
        "content_type",
        response_to(content_type="text/html"),
        response_to(content_type="Text/JavaScript"),
    ),
    ("content_type", response_to(content_type=None), response_to()),
    (
        "content_type",
        response_to(content_type="a/b"),
        response_to(content_type="application/json ;a=b;c=d"),
    ),
    ("retries", response_to(retries=(Retry("503", 1.0),)), response_to()),
    ("retries", response_to(retries=(Retry("429", 1.0),)), broken(TransportErrorKind.DROPPED)),
]


@pytest.mark.parametrize(("name", "wrong", "right"), HTTP, ids=[row[0] for row in HTTP])
def test_each_http_check_sees_its_own_departure_and_no_other(name, wrong, right):
    check = getattr(http, name)
    assert departs(check, wrong)
    assert not departs(check, right)


def test_an_answer_in_another_format_has_one_cause():
    html = response_to(body=b"<html>sorry</html>", content_type="text/html")
    assert not departs(http.content_type, html)
    assert r.READABLE_FORMAT in well_formed.form_violations(html)
    xml = response_to(body=overview(Case(Format.XML)).exchange.body, content_type="text/xml")
    assert not departs(http.content_type, xml)
    neither = response_to(body=b"{}", content_type="text/html; charset=no-such")
    assert not departs(http.content_type, neither)
    assert not departs(http.charset, neither)


def test_a_check_of_what_was_read_tells_its_own_requirement_alone():
    body = OVERVIEW.replace(b"requests", b"Requests").replace(b'"600"', b'"-1"')
    (reported,) = reader_violations(r.SUCCESS_FIELDS)(response_to(body=body))
    (problem,) = (p for p in response_to(body=body).problems if p.requirement is r.SUCCESS_FIELDS)
    assert reported == Violation(
        response_to(body=body), problem.where, problem.expected, problem.got, "came as Requests"
    )
    assert not departs(reader_violations(r.SUCCESS_FIELDS), response_to(status=500, body=body))


def test_the_documented_call_wants_an_overview_of_whatever_form():
    assert not departs(success.returned, overview())
    assert not departs(success.returned, overview(credits_used="-1"))
    assert departs(success.returned, response_to(body=b"[]"))
    assert departs(success.returned, response_to(status=500))
    refused = next(success.returned(response_to(status=403)))
    assert "credentials" in refused.hint


def test_a_wrong_call_is_refused_by_anything_but_an_account():
    assert departs(rejects.refused, overview(WRONG)) == ["task missing"]
    assert departs(rejects.refused, overview(WRONG, package="")) == ["task missing"]
    assert not departs(rejects.refused, response_to(WRONG, 403))
    assert not departs(rejects.refused, response_to(WRONG, 404, b"<html>", "text/html"))


def test_an_echoed_key_is_told_without_the_key():
    reported = next(errors.key(response_to(status=403, echoes_key=("body",))))
    assert "***" in reported.actual
    assert not departs(errors.key, response_to(status=403))


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["no"] * 1000, ["no"] * 1000),
        (["no"] * 1001, ["no"] * 1000),
        (["x" * 1000, "no"], ["x" * 1000, "no"]),
        (["x" * 1001, "no"], ["x" * 1000, "no"]),
    ],
    ids=["1000 texts", "1001 texts", "1000 characters", "1001 characters"],
)
def test_a_thousand_error_texts_are_kept_and_a_thousand_characters_of_each(texts, kept):
    body = dumps({"message": "error", "errors": texts}).encode()
    assert response_to(status=403, body=body).errors == tuple(kept)


def test_the_number_of_messages_stays():
    two = response_to(body=b'{"message": "error", "errors": ["no", "no"]}')
    assert departs(errors.steady, [response_to(), response_to(), two]) == ["errors"]
    assert not departs(errors.steady, [two, two])


LIVE = [overview(credits_used=used, requests=used + 100) for used in (600, 605, 610)]


def test_a_live_count_is_right_between_its_neighbours():
    assert not departs(consistency.own_account, Bracketed(*LIVE))
    assert not departs(consistency.formats, Bracketed(*LIVE))
    names = ["requests", "credits_used"]
    assert departs(consistency.formats, Bracketed(LIVE[0], LIVE[2], LIVE[1])) == names


def test_a_count_that_moved_meanwhile_may_have_been_anything():
    assert not departs(consistency.own_account, Bracketed(LIVE[0], LIVE[2], LIVE[1]))
    assert departs(consistency.own_account, Bracketed(LIVE[0], LIVE[1], LIVE[0])) == [
        "requests, credits_used"
    ]
    for field in (
        "credits_allowed",
        "credits_used",
    ):  # the allowance is raised, which ends the overage
        over, raised = overview(credits_overage=5), overview(**{field: 2000})
        assert not departs(consistency.own_account, Bracketed(overview(), over, raised))
    assert departs(consistency.own_account, Bracketed(overview(), over, overview())) == [
        "credits_overage"
    ]


def test_a_count_that_moved_excuses_no_other_field():
    more_used = overview(credits_used=605)
    for field, other in {"package": "Bronze", "requests": 9}.items():
        group = Bracketed(overview(), overview(**{field: other}), more_used)
        assert departs(consistency.own_account, group) == [field]


def test_each_answer_but_the_first_and_the_last_stands_between_its_neighbours():
    first, second, third, fourth = responses = [*LIVE, overview()]
    expected = [Bracketed(first, second, third), Bracketed(second, third, fourth)]
    assert consistency.bracket(responses) == expected
    assert consistency.bracket(responses[:2]) == []


def test_a_live_count_may_go_down():
    first, second, third = (overview(reputation=r) for r in (90, 80, 70))
    xml = overview(Case(Format.XML), reputation=80)
    assert not departs(consistency.formats, Bracketed(first, xml, third))
    for between in (Bracketed(first, third, second), Bracketed(second, first, third)):
        assert departs(consistency.formats, between) == ["reputation"]


def test_a_field_that_one_answer_lacks_is_not_compared():
    whole, less = overview(), response_to(body=OVERVIEW.replace(b"requests", b"wants"))
    for group in (Bracketed(less, whole, whole), Bracketed(whole, less, whole)):
        assert not departs(consistency.own_account, group)
    assert not departs(consistency.own_account, Bracketed(whole, whole, less))


def test_texts_and_dates_are_those_of_neighbours_that_agree():
    before, after = overview(), overview(package="Gold")
    assert departs(consistency.own_account, Bracketed(before, after, before)) == ["package"]
    assert not departs(consistency.own_account, Bracketed(before, after, after))
    # it may have changed twice meanwhile
    assert not departs(
        consistency.own_account, Bracketed(before, overview(package="Bronze"), after)
    )
    other_day = overview(billing_end_date="2010-09-28")
    assert departs(consistency.own_account, Bracketed(before, other_day, before)) == [
        "billing_end_date"
    ]


@pytest.mark.parametrize("end", ["\\r\\n", "\\r", "\\n"])
def test_line_ends_are_one_in_xml(end):
    json = overview(package=f"two{end}lines")
    xml = overview(Case(Format.XML), package="two\nlines")
    assert not departs(consistency.formats, Bracketed(json, xml, json))


PADDED = ["Silver ", " Silver", "\n  Silver\n\t"]


@pytest.mark.parametrize("package", PADDED)
def test_white_space_around_a_package_is_a_difference_of_its_own(package):
    json, xml = overview(), overview(Case(Format.XML), package=package)
    for group in (Bracketed(json, xml, json), Bracketed(xml, json, xml)):
        assert not departs(consistency.formats, group)
        assert departs(consistency.white_space, group) == ["package"]
    assert not departs(consistency.white_space, Bracketed(json, json, json))


def test_white_space_in_a_body_that_cannot_be_read_has_a_cause_of_its_own():
    xml = overview(Case(Format.XML), package="Silver ")
    marked = response_to(body=b"\xef\xbb\xbf" + OVERVIEW)
    assert not departs(consistency.white_space, Bracketed(marked, xml, marked))
    assert not departs(consistency.white_space, Bracketed(xml, marked, xml))


def test_white_space_beside_a_value_that_is_not_valid_is_reported():
    xml, json = overview(Case(Format.XML), package="Silver "), overview(reputation="-1")
    assert departs(consistency.white_space, Bracketed(json, xml, json)) == ["package"]


@pytest.mark.parametrize("package", ["Gold", "Sil ver", "Silver\N{NO-BREAK SPACE}"])
def test_another_package_is_no_difference_in_white_space(package):
    json, xml = overview(), overview(Case(Format.XML), package=package)
    assert departs(consistency.formats, Bracketed(json, xml, json)) == ["package"]
    assert not departs(consistency.white_space, Bracketed(json, xml, json))


@pytest.mark.parametrize("name", FIELDS)
def test_formats_that_disagree_in_one_field_are_told_by_it(name):
    changed = {"package": "Tin"} if name == "package" else {name: "2010-08-31"}
    changed = changed if name == "package" or "date" in name else {name: 9999}
    json, xml = overview(), overview(Case(Format.XML), **changed)
    assert departs(consistency.formats, Bracketed(json, xml, json)) == [name]


def test_a_misdeclared_encoding_is_the_cause_and_no_disagreement():
    json = overview(package="Käse")
    xml = overview(Case(Format.XML), package="Käse")
    declared = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + xml.exchange.body
    xml = parse(replace(xml.exchange, body=declared))
    for group in (Bracketed(json, xml, json), Bracketed(xml, json, xml)):
        assert departs(consistency.declares_wrong_encoding, group) == ["package"]
        assert not departs(consistency.formats, group)


def test_a_header_that_overrules_a_right_declaration_is_the_cause():
    json = overview(package="čaj")
    body = overview(Case(Format.XML), package="čaj").exchange.body.decode().encode("iso-8859-2")
    body = b'<?xml version="1.0" encoding="ISO-8859-2"?>' + body
    xml = response_to(Case(Format.XML), 200, body, "text/xml; charset=iso-8859-1")
    for group in (Bracketed(json, xml, json), Bracketed(xml, json, xml)):
        assert departs(consistency.charset_overrides, group) == ["Content-Type"]
        assert not departs(consistency.declares_wrong_encoding, group)
        assert not departs(consistency.formats, group)
    right = response_to(Case(Format.XML), 200, body, "text/xml; charset=iso-8859-2")
    assert not departs(consistency.charset_overrides, Bracketed(json, right, json))


@pytest.mark.parametrize(
    ("declared", "charset", "package"),
    [
        ("ISO-8859-15", "iso-8859-1", "é"),
        ("UTF-8", "iso-8859-2", "è"),
        ("ISO-8859-1", "iso-8859-5", "è"),
    ],
    ids=["both give one text", "the declaration is wrong itself", "neither gives the text"],
)
def test_a_header_overrules_no_declaration_that_is_no_better(declared, charset, package):
    body = overview(Case(Format.XML), package="é").exchange.body.decode().encode("latin-1")
    body = f'<?xml version="1.0" encoding="{declared}"?>'.encode() + body
    xml = response_to(Case(Format.XML), 200, body, f"text/xml; charset={charset}")
    json = overview(package=package)
    assert not departs(consistency.charset_overrides, Bracketed(json, xml, json))


def test_a_package_that_one_format_lacks_is_no_matter_of_encodings():
    body = overview(Case(Format.XML), package="é").exchange.body.decode().encode("latin-1")
    lossy = response_to(Case(Format.XML), 200, body, "text/xml")
    json = overview(package="é")
    assert not departs(consistency.declares_wrong_encoding, Bracketed(json, lossy, json))
    header = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body
    xml = response_to(Case(Format.XML), 200, header, "text/xml; charset=iso-8859-2")
    less = response_to(body=OVERVIEW.replace(b"package", b"parcel"))
    assert not departs(consistency.declares_wrong_encoding, Bracketed(less, xml, less))
    assert not departs(consistency.charset_overrides, Bracketed(less, xml, less))


def readings(format, *reputations):
    return [overview(Case(format), reputation=one) for one in reputations]


def test_a_count_wavers_where_it_moves_both_ways():
    for seen, expected in (
        ((99, 100, 99), {"reputation"}),
        ((100, 99, 99, 100), {"reputation"}),
        ((98, 99, 100), set()),
        ((99, 99, 98), set()),
        ((98, 98, 99), set()),
        ((99, 99, 99), set()),
        ((99,), set()),
        ((), set()),
    ):
        assert moving_counters(readings(Format.JSON, *seen), {Format.JSON}) == expected


def test_formats_disagree_where_the_ranges_of_a_wavering_count_do_not_meet():
    json = readings(Format.JSON, 99, 100, 99)
    assert moving_counters([*json, *readings(Format.XML, 100, 100)], set(Format)) == {"reputation"}
    assert not moving_counters([*json, *readings(Format.XML, 98, 97, 98)], set(Format))
    assert moving_counters([*json, *readings(Format.XML, 98, 97, 98)], {Format.JSON}) == {
        "reputation"
    }


def test_counts_that_lie_outside_alone_may_waver():
    for changes, expected in (
        ({"reputation": 1}, True),
        ({"reputation": 1, "credits_used": 5}, True),
        (dict.fromkeys(COUNTS, 5), True),
        ({"reputation": 1, "package": "Tin"}, False),
        ({}, False),
    ):
        assert counts_alone(Bracketed(overview(), overview(**changes), overview())) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reputation": 1}, True),
        ({"package": "Tin"}, True),
        ({"package": "Tin", "credits_allowed": 5}, True),
        ({"billing_end_date": "2011-01-31", "requests": 5}, True),
        ({"package": "Tin", "billing_end_date": "2011-01-31"}, False),
        ({}, False),
    ],
)
def test_a_copy_that_lags_by_one_change_keeps_the_package_or_the_dates(changes, expected):
    assert may_lag(Bracketed(overview(), overview(**changes), overview())) is expected


def package_readings(format, *packages):
    return [overview(Case(format), package=one) for one in packages]


def test_a_package_moves_where_readings_show_all_that_the_group_shows():
    group = Bracketed(overview(package="Tin"), overview(package="Tan"), overview(package="Tin"))
    assert "package" in moving_values(package_readings(Format.XML, "Tin", "Tan"), group)
    assert "package" not in moving_values(package_readings(Format.XML, "Tin", "Ton"), group)


def test_formats_disagree_on_a_package_that_only_one_of_them_shows():
    xml = overview(Case(Format.XML), package="Tan")
    group = Bracketed(overview(package="Tin"), xml, overview(package="Tin"))
    seen = package_readings(Format.XML, "Tin", "Tan")
    assert "package" not in moving_values([*seen, overview(package="Tin")], group)
    seen += package_readings(Format.JSON, "Tan", "Tin")
    assert "package" in moving_values(seen, group)


def test_formats_disagree_where_each_always_shows_a_value_of_its_own():
    seen = package_readings(Format.XML, "Tin", "Tin") + package_readings(Format.JSON, "Tan")
    assert disagree(seen, "package")
    assert not disagree([*seen, *package_readings(Format.JSON, "Tin")], "package")
    assert not disagree(package_readings(Format.XML, "Tin"), "package")
    both = package_readings(Format.XML, "Tin", "Ton")
    assert not disagree([*both, *package_readings(Format.JSON, "Tan")], "package")
    assert not disagree([*package_readings(Format.JSON, "Tan"), *both], "package")


def between(response: Response) -> Bracketed:
    return Bracketed(overview(), response, overview())


def test_what_another_customer_shows_is_no_copy_that_lags():
    own = overview().values
    other = {**own, "package": "Tin", "requests": 5}
    assert shows_account_of(between(overview(package="Tin", requests=5)), other)
    assert not shows_account_of(between(overview(package="Ton", requests=5)), other)
    assert not shows_account_of(between(overview(package="Tin")), other)
    for counts in ({"requests": 5}, dict.fromkeys(COUNTS, 5)):
        assert not shows_account_of(between(overview(**counts)), {**own, **counts})


def test_a_cycle_that_ends_is_no_other_customer():
    own = overview().values
    new = {"requests": 0, "credits_used": 0, "billing_start_date": date(2010, 9, 30)}
    group = between(overview(requests=0, credits_used=0, billing_start_date="2010-09-30"))
    assert not shows_account_of(group, {**own, **new})
    assert not shows_account_of(group, {**own, **new, "package": "Tin"})


def test_a_wavering_count_excuses_no_other_field():
    group = Bracketed(overview(), overview(reputation=1, package="Tin"), overview(), COUNTS)
    assert (
        departs(consistency.own_account, group)
        == departs(consistency.formats, group)
        == ["package"]
    )


def test_customers_that_are_alike_are_told_even_while_they_count():
    first, second, third = LIVE
    assert departs(consistency.same_account, Bracketed(first, second, third)) == ["all ten fields"]
    assert not departs(consistency.same_account, Bracketed(first, overview(package="Gold"), third))


def test_a_crowd_is_answered_as_alone():
    refused = response_to(WRONG, 403)
    assert not departs(consistency.own_account_in_sequence, Bracketed(refused, refused, refused))
    let_in = overview(WRONG)
    assert departs(consistency.own_account_in_sequence, Bracketed(refused, let_in, let_in))
    assert not departs(consistency.own_account_in_sequence, Bracketed(let_in, let_in, let_in)), (
        "due tells it"
    )
    out = response_to(RIGHT, 403)
    assert departs(consistency.own_account_in_sequence, Bracketed(overview(), out, overview())) == [
        "answer"
    ]


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (values.reputation, {"reputation": 101}),
        (values.package, {"package": ""}),
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


@pytest.mark.parametrize("name", [" ", "\n", "\u00a0", "\u3000"])
def test_a_package_of_white_space_is_not_empty(name):
    assert not departs(values.package, overview(package=name))


def test_all_of_a_hundred_per_cent_is_a_reputation():
    assert not departs(values.reputation, overview(reputation=100))


def test_counts_of_any_size_can_be_told():
    huge = "9" * 5000
    reported = list(values.balance(overview(credits_used=huge)))
    assert all(len(departure.expected) < 200 for departure in reported)


def test_what_counts_up_goes_down_only_with_a_new_cycle():
    assert not departs(values.steady, LIVE)
    assert departs(values.steady, [LIVE[1], LIVE[0]]) == ["requests", "credits_used"]
    new = overview(credits_used=0, requests=0, billing_start_date="2010-09-30")
    assert not departs(values.steady, [LIVE[1], new])
    down = replace(new, envelope=replace(new.envelope, requests=5, credits_used=5)), new
    assert departs(values.steady, [LIVE[1], *down]) == ["requests", "credits_used"]


def test_a_package_or_a_date_does_not_return_to_an_earlier_value():
    tin, ton = overview(package="Tin"), overview(package="Ton")
    later = overview(billing_end_date="2010-09-30")
    assert not departs(values.steady, [tin, ton, ton, overview()])
    assert departs(values.steady, [tin, ton, overview(), tin, ton]) == ["package"]
    assert departs(values.steady, [tin, tin, ton, ton, tin]) == ["package"]
    assert departs(values.steady, [later, overview(), later]) == ["billing_end_date"]
    allowed = overview(credits_allowed=60000), overview(), overview(credits_allowed=60000)
    assert not departs(values.steady, allowed)


def test_a_text_answers_for_all_that_goes_wrong_with_it():
    odd = Case(Format.JSON, user=Text("'"))
    assert departs(well_formed.is_well_formed, response_to(odd, 500, b"Traceback")) == ["status"]
    assert not departs(well_formed.is_well_formed, response_to(odd, 400))


def test_but_not_for_what_goes_wrong_with_a_plain_value_too():
    odd, usual = (
        Case(Format.JSON, user=Text("'")),
        well_formed.form_violations(response_to(status=500, body=b"")),
    )
    assert not list(well_formed.is_well_formed(response_to(odd, 500, b""), usual))
    assert list(well_formed.is_well_formed(response_to(odd, 302, b""), usual))


def test_why_answers_are_not_what_was_wanted_is_told_by_the_first_that_shows_it():
    refused, let_in = response_to(WRONG, 403), overview(WRONG)
    assert (
        well_formed.pointer_to_cause([refused, response_to(status=500)])
        == f"see {r.HTTP_SERVER_ERROR}"
    )
    assert (
        well_formed.pointer_to_cause([let_in, response_to(status=500)])
        == "they bring an overview, see rejects"
    )
    assert (
        well_formed.pointer_to_cause([refused, overview()])
        == well_formed.pointer_to_cause([])
        == "no requirement says why"
    )


def beside(user: State | Text, **changes: object) -> Bracketed:
    """Return the overview for a near miss, between two control responses."""
    return Bracketed(overview(), overview(Case(Format.JSON, user=user), **changes), overview())


OTHER = {"package": "Bronze", "credits_used": 5}


@pytest.mark.parametrize("user", [State.PREFIX, State.ZERO, Text("0"), Text("o'brien"), Text("é")])
def test_a_near_miss_may_be_another_customer(user):
    assert near_miss.another_customer(beside(user, **OTHER))
    assert not departs(near_miss.no_account, beside(user, **OTHER))
    assert departs(near_miss.no_account, beside(user)), "the account of the customer meant"


@pytest.mark.parametrize(
    "user",
    [
        State.UNKNOWN,
        State.WILDCARD,
        State.INJECTION,
        State.EMPTY,
        Text("%"),
        Text("' OR 1=1 -- "),
        Text("ann'--"),
    ],
)
def test_what_cannot_be_a_name_brings_nobody(user):
    assert not near_miss.another_customer(beside(user, **OTHER))
    assert departs(near_miss.no_account, beside(user, **OTHER))


def test_an_account_that_was_never_used_identifies_nobody():
    unused = {"requests": 0, "credits_used": 0, "credits_remain": 1000}
    assert near_miss.another_customer(beside(State.PREFIX, **unused))
    assert not near_miss.another_customer(beside(State.WILDCARD, **unused))
    near = overview(Case(Format.JSON, user=State.PREFIX), **unused)
    alike = Bracketed(overview(**unused), near, overview(**unused))
    assert near_miss.another_customer(alike)


@pytest.mark.parametrize("count", ["requests", "credits_used"])
def test_an_account_that_was_used_once_is_identified(count):
    once = {"requests": 0, "credits_used": 0, count: 1}
    near = overview(Case(Format.JSON, user=State.PREFIX), **once)
    assert not near_miss.another_customer(Bracketed(overview(**once), near, overview(**once)))


def test_a_near_miss_beside_no_overview_may_be_another_customer():
    refused, near = response_to(status=403), overview(Case(Format.JSON, user=State.PREFIX))
    assert near_miss.another_customer(Bracketed(refused, near, refused))


def test_a_near_miss_beside_another_wrong_parameter_is_no_name():
    both = Case(Format.JSON, user=State.PREFIX, api_key=State.EMPTY)
    assert departs(near_miss.no_account, Bracketed(overview(), overview(both, **OTHER), overview()))


def test_a_near_miss_is_refused_by_any_error():
    refused = response_to(Case(Format.JSON, user=State.PREFIX), 404)
    assert not departs(near_miss.no_account, Bracketed(refused, refused, refused))
    assert not near_miss.another_customer(Bracketed(refused, refused, refused))
