"""What a person reads of each violation: the place, the expected and actual value, what to do."""

from dataclasses import astuple, replace

import pytest

from made_responses import ERROR, RIGHT, WRONG, broken, overview, response_to
from reseller_conformance import requirements as r
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State, Text
from reseller_conformance.checks import (
    consistency,
    errors,
    http,
    rejects,
    success,
    values,
    well_formed,
)
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.response import parse
from reseller_conformance.checks.violation import shown
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Retry, TransportErrorKind

XML = Case(Format.XML)
TRIED = (Retry("429", 1.0), Retry("503", 2.0))
REFUSED = response_to(
    status=403, body=b'{"message": "error", "errors": ["no", "%s"]}' % (b"x" * 130)
)
SAID = "no; " + "x" * 116


def headed(status, *headers):
    right = response_to()
    return replace(right, exchange=replace(right.exchange, status=status, headers=headers))


OF_ONE_ANSWER = {
    "dropped": (
        http.delivered,
        broken(TransportErrorKind.DROPPED),
        ("answer", "an HTTP response", "why", ""),
    ),
    "gateway": (
        http.delivered,
        response_to(status=503, retries=TRIED),
        ("status", "a response within the retries", "503 3 times", ""),
    ),
    "gateway, one retry": (
        http.delivered,
        response_to(status=503, retries=TRIED[:1]),
        ("status", "a response within the retries", "503 2 times", ""),
    ),
    "gateway with Retry-After": (
        http.delivered,
        headed(503, ("Retry-After", "9" * 31)),
        (
            "status",
            "a response within the retries",
            f"503 1 time, Retry-After: {'9' * 30}",
            "",
        ),
    ),
    "late": (
        http.in_time,
        broken(TransportErrorKind.TIMEOUT),
        ("answer", "a whole response within the time limit", "why", ""),
    ),
    "half": (
        http.complete,
        broken(TransportErrorKind.INCOMPLETE),
        ("answer", "a complete response", "why", ""),
    ),
    "crash": (
        http.server_error,
        response_to(status=500),
        ("status", "an envelope, no 5xx", "500", ""),
    ),
    "crash on an invalid call": (
        http.server_error,
        response_to(WRONG, 501),
        ("status", "an error envelope, no 5xx", "501", ""),
    ),
    "redirect": (
        http.redirect,
        headed(302, ("LOCATION", "https://elsewhere.example/" + "x" * 80)),
        (
            "status",
            "a response, no redirect",
            "302 to https://elsewhere.example/" + "x" * 54,
            "",
        ),
    ),
    "redirect to nowhere": (
        http.redirect,
        headed(300),
        ("status", "a response, no redirect", "300 to nowhere", ""),
    ),
    "no body": (
        http.body,
        response_to(body=b""),
        ("body", "an envelope", "200 with an empty body", ""),
    ),
    "a body that clients do not read": (
        http.body,
        response_to(status=205, body=b"{}"),
        ("status", "a status that allows a body", "205, whose body clients do not read", ""),
    ),
    "no body, of an unrecorded status": (
        http.body,
        response_to(status=None, body=b""),
        ("body", "an envelope", "an empty body", ""),
    ),
    "overview with 404": (
        http.status,
        response_to(status=404, body=overview().exchange.body),
        ("status", "2xx with an overview", "404", ""),
    ),
    "error with 200": (
        http.error_status,
        response_to(),
        ("status", "4xx with an error envelope", "200", ""),
    ),
    "media type of HTML": (
        http.content_type,
        response_to(content_type="Text/HTML; charset=utf-8"),
        ("Content-Type", "application/json or text/javascript", "Text/HTML; charset=utf-8", ""),
    ),
    "no media type": (
        http.content_type,
        replace(response_to(XML, body=overview(XML).exchange.body, content_type=None)),
        ("Content-Type", "application/xml or text/xml", "none", ""),
    ),
    "charset of another text": (
        http.charset,
        response_to(
            body='{"message": "error", "errors": ["é"]}'.encode(), content_type="a/b;charset=l1"
        ),
        (
            "Content-Type",
            "UTF-8, which JSON is in",
            "charset 'l1', by which it would be another text",
            "",
        ),
    ),
    "retries": (
        http.retries,
        response_to(retries=TRIED),
        ("answer", "a response at the first try", "429, then a response", ""),
    ),
    "error for a valid call": (
        success.returned,
        REFUSED,
        (
            "answer",
            "the customer's overview",
            "HTTP 403 with an error envelope",
            f"it says '{SAID}': the credentials or the customer may be wrong",
        ),
    ),
    "nothing for a valid call": (
        success.returned,
        response_to(status=404, body=b"<html>", content_type="text/html"),
        (
            "answer",
            "the customer's overview",
            "HTTP 404 with no envelope, but an HTML page: '<html>'",
            "is the base URL the one below which /apiv2/ lies?",
        ),
    ),
    "a failure for a valid call": (
        success.returned,
        response_to(status=500, body=b"oops", content_type="text/plain"),
        (
            "answer",
            "the customer's overview",
            "HTTP 500 with no envelope, but plain text: 'oops'",
            "the server failed: its own log may say why",
        ),
    ),
    "no connection for a valid call": (
        success.returned,
        broken(TransportErrorKind.UNREACHABLE),
        ("answer", "the customer's overview", "unreachable: why", ""),
    ),
    "half a response to a valid call": (
        success.returned,
        broken(TransportErrorKind.INCOMPLETE, 200),
        ("answer", "the customer's overview", "incomplete: why", ""),
    ),
    "accepted with one invalid parameter": (
        rejects.refused,
        overview(WRONG),
        (
            "task missing",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "",
        ),
    ),
    "accepted with two invalid parameters": (
        rejects.refused,
        overview(replace(WRONG, user=Text("'"))),
        (
            "task missing and user",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "",
        ),
    ),
    "accepted without a user": (
        rejects.refused,
        overview(Case(Format.JSON, user=State.MISSING)),
        (
            "user missing",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "",
        ),
    ),
    "accepted with a name that may exist": (
        rejects.refused,
        overview(Case(Format.JSON, user=State.PREFIX)),
        (
            "user prefix",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "if a customer is really called so, name it with --user",
        ),
    ),
    "accepted with an empty name": (
        rejects.refused,
        overview(Case(Format.JSON, user=State.EMPTY)),
        (
            "user empty",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "",
        ),
    ),
    "accepted with a foreign customer": (
        rejects.refused,
        overview(Case(Format.JSON, user=State.FOREIGN)),
        (
            "user foreign",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "if this customer is yours, give --foreign-user one of another reseller",
        ),
    ),
    "accepted with a task in another case": (
        rejects.refused,
        overview(Case(Format.JSON, task=State.UPPER_CASE)),
        (
            "task upper-case",
            "an error envelope",
            "an overview: package=Silver, credits_used=600, billing_start_date=2010-08-30",
            "",
        ),
    ),
    "key": (
        errors.key,
        response_to(status=403, echoes_key=("body",)),
        (
            "body",
            "no trace of the api_key that was sent",
            "the response contains it (***)",
            "",
        ),
    ),
    "reputation": (
        values.reputation,
        overview(reputation=101),
        ("reputation", "at most 100", "reputation=101", ""),
    ),
    "package": (values.package, overview(package=""), ("package", "a name", "an empty text", "")),
    "remaining": (
        values.balance,
        overview(credits_remain=399),
        (
            "credits_remain",
            "credits_remain=400, for credits_allowed=1000, credits_used=600",
            "credits_remain=399",
            "",
        ),
    ),
    "over": (
        values.balance,
        overview(credits_used=1001, credits_remain=0, credits_overage=0),
        (
            "credits_overage",
            "credits_overage=1, for credits_allowed=1000, credits_used=1001",
            "credits_overage=0",
            "",
        ),
    ),
    "cycle": (
        values.cycle,
        overview(billing_end_date="2010-08-29"),
        (
            "billing dates",
            "start, end and process in order",
            "billing_start_date=2010-08-30, billing_end_date=2010-08-29, "
            "billing_process_date=2010-09-30",
            "",
        ),
    ),
    "form": (
        well_formed.is_well_formed,
        response_to(status=500),
        (
            "status",
            "an envelope, no 5xx",
            "500",
            f"see http.server-error: {r.HTTP_SERVER_ERROR.title}",
        ),
    ),
}


@pytest.mark.parametrize("check, subject, words", OF_ONE_ANSWER.values(), ids=OF_ONE_ANSWER)
def test_a_departure_says_what_was_expected_and_what_came(check, subject, words):
    (departure,) = check(subject)
    assert departure.response is subject
    assert astuple(replace(departure, response=None))[1:] == words


def between(judged, before=None, after=None):
    before = before or overview()
    return Bracketed(before, judged, after or before)


SECOND = replace(RIGHT, customer=1)


def declared_latin(response):
    """Declare a response in UTF-8 as one in ISO-8859-1."""
    declaration = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    return parse(replace(response.exchange, body=declaration + response.exchange.body))


LATIN = overview(package="Käse")
NBSP = overview(package="\xa0Käse\xa0")
OVERRULED = response_to(
    XML,
    200,
    b'<?xml version="1.0" encoding="ISO-8859-2"?>'
    + overview(XML, package="čaj").exchange.body.decode().encode("iso-8859-2"),
    "text/xml; charset=iso-8859-1",
)
GONE = {"package": "Gold", "credits_allowed": 1, "credits_used": 2, "credits_remain": 3}

OF_SEVERAL = {
    "formats that disagree": (
        consistency.formats,
        between(overview(XML, requests=9)),
        ("requests", "as in JSON: requests=700", "requests=9", ""),
    ),
    "an error instead of an account": (
        consistency.own_account,
        between(REFUSED),
        ("answer", "the customer's overview", f"an error: {SAID}", ""),
    ),
    "another's account in a call that names a foreign customer too": (
        consistency.own_account_alone,
        between(overview(**GONE)),
        (
            "package, credits_allowed, credits_used, credits_remain",
            "an error, or this customer's: package=Silver, credits_allowed=1000, credits_used=600",
            "package=Gold, credits_allowed=1, credits_used=2",
            "",
        ),
    ),
    "white space in one format": (
        consistency.white_space,
        between(overview(XML, package="Silver\n")),
        ("package", "as in JSON: 'Silver'", r"'Silver\n'", ""),
    ),
    "another's account": (
        consistency.own_account,
        between(overview(**GONE)),
        (
            "package, credits_allowed, credits_used, credits_remain",
            "this customer's: package=Silver, credits_allowed=1000, credits_used=600",
            "package=Gold, credits_allowed=1, credits_used=2",
            "",
        ),
    ),
    "two customers that are alike": (
        consistency.same_account,
        between(overview(), before=overview(SECOND)),
        (
            "all ten fields",
            "an overview of its own",
            "package=Silver, credits_used=600, as customer 2",
            "if the two accounts are really alike, name two customers that differ",
        ),
    ),
    "bytes of another encoding": (
        consistency.declares_wrong_encoding,
        between(declared_latin(overview(XML, package="Käse")), before=LATIN),
        (
            "package",
            "the text that the JSON has: Käse",
            "KÃ¤se",
            "the bytes are utf-8, but are declared otherwise",
        ),
    ),
    "bytes of another encoding, with no-break spaces": (
        consistency.declares_wrong_encoding,
        between(declared_latin(overview(XML, package="\xa0Käse\xa0")), before=NBSP),
        (
            "package",
            "the text that the JSON has: \xa0Käse\xa0",
            "Â\xa0KÃ¤seÂ\xa0",
            "the bytes are utf-8, but are declared otherwise",
        ),
    ),
    "a header that overrules": (
        consistency.charset_overrides,
        between(OVERRULED, before=overview(package="čaj")),
        (
            "Content-Type",
            "a charset by which the text is that of the JSON: čaj",
            "text/xml; charset=iso-8859-1, by which it is èaj",
            "",
        ),
    ),
}


@pytest.mark.parametrize("check, group, words", OF_SEVERAL.values(), ids=OF_SEVERAL)
def test_a_departure_within_a_group_is_that_of_the_answer_in_question(check, group, words):
    (departure,) = check(group)
    assert departure.response is group.response
    assert astuple(replace(departure, response=None))[1:] == words


def test_a_call_that_names_a_foreign_customer_too_may_be_refused_or_get_the_own_account():
    for response in (response_to(status=403), overview()):
        assert not list(consistency.own_account_alone(between(response)))
    [another] = consistency.own_account_alone(between(overview(reputation=1)))
    assert another.where == "reputation"
    for used in (605, 700):
        counting = between(overview(credits_used=used), after=overview(credits_used=610))
        assert not list(consistency.own_account_alone(counting)), "its value between is unknown"


def marked(check, subject) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the places of violations, with the names and the text that reports mark there."""
    places = [violation.where for violation in check(subject)]
    return [(str(at), getattr(at, "names", ()), getattr(at, "text", "")) for at in places]


def test_reports_mark_the_fields_that_a_violation_is_about():
    dates = ("billing_start_date", "billing_end_date", "billing_process_date")
    assert marked(values.cycle, overview(billing_end_date="2010-08-29")) == [
        ("billing dates", dates, "")
    ]
    assert marked(rejects.refused, overview(WRONG)) == [
        ("task missing", ("package", "credits_used", "billing_start_date"), "")
    ]
    assert marked(consistency.same_account, between(overview(), before=overview(SECOND))) == [
        ("all ten fields", ("package", "credits_used"), "")
    ]
    assert marked(consistency.own_account, between(overview(package="Tin", requests=5))) == [
        ("requests, package", ("requests", "package"), "")
    ]


def test_reports_mark_the_redacted_key_in_the_body():
    echoed = response_to(status=403, echoes_key=("body", "header X-Echo"))
    assert marked(errors.key, echoed) == [("body", (), "***"), ("header X-Echo", (), "")]


def test_a_count_that_goes_down_is_told_with_what_it_was():
    before, after = overview(), overview(requests=699)
    (departure,) = values.steady([before, after])
    assert (departure.response, departure.where) == (after, "requests")
    assert (departure.expected, departure.actual) == (
        "no less than before: requests=700",
        "requests=699",
    )


def test_a_package_that_returns_is_told_with_what_it_was_before():
    tin, ton = overview(package="Tin"), overview(package="Ton")
    (departure,) = values.steady([tin, ton, tin])
    assert (departure.response, departure.where) == (tin, "package")
    assert (departure.expected, departure.actual) == (
        "as just before: package=Ton",
        "as earlier: package=Tin",
    )


def test_another_number_of_messages_is_told_with_what_it_was():
    two = response_to(body=ERROR.replace(b'["no"', b'["no", "no"'))
    (departure,) = errors.steady([response_to(), two])
    assert (departure.response, departure.where) == (two, "errors")
    assert (departure.expected, departure.actual) == ("1 messages, as before", "2 messages")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        (2**128 - 1, "340282366920938463463374607431768211455"),
        (10**40, f"1{'0' * 38}…"),
        (10**5000, "a number of about 5000 digits"),
    ],
    ids=["40 characters", "41 characters", "39 digits", "41 digits", "5001 digits"],
)
def test_a_value_is_shown_short(value, words):
    assert shown({"package": value, "requests": 1}, ("package", "requests")) == (
        f"package={words}, requests=1"
    )
