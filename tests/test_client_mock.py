"""The mock for the tests of a client: correct by default, otherwise as scripted."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import urllib3

from reseller_conformance import ResellerMock
from reseller_conformance.contract import Format, path_of
from reseller_conformance.envelope import ErrorList, Overview, Unreadable, read_envelope
from reseller_conformance.reference import Response, default_reference
from reseller_conformance.reference.client_mock import CLIENT_URL, Malformed

FORMATS = pytest.mark.parametrize("wanted", Format)


def make_call(mock: ResellerMock, wanted: Format = Format.JSON, **how: object) -> requests.Response:
    account = {"api_user": mock.reseller.api_user, "api_key": mock.reseller.api_key}
    sent = {**account, "task": "overview", "user": mock.reseller.customers[0].user}
    return requests.get(mock.base_url + path_of(wanted), params=sent, **how)


def statuses(mock: ResellerMock, calls: int) -> list[int]:
    return [make_call(mock).status_code for _ in range(calls)]


@FORMATS
def test_it_answers_as_the_reference_does(reseller_mock, wanted):
    response = make_call(reseller_mock, wanted)
    assert response.status_code == 200
    assert isinstance(read_envelope(response.content, wanted), Overview)
    assert requests.get(CLIENT_URL + path_of(wanted)).status_code == 400
    assert [call.response.status_code for call in reseller_mock.calls] == [200, 400]


@FORMATS
def test_a_refusal_is_the_error_envelope_with_the_texts(reseller_mock, wanted):
    reseller_mock.refused("Closed.", "Until May.", status=503)
    response = make_call(reseller_mock, wanted)
    said = read_envelope(response.content, wanted)
    assert response.status_code == 503
    assert isinstance(said, ErrorList)
    assert said.errors == ("Closed.", "Until May.")
    assert make_call(reseller_mock, wanted).ok


@pytest.mark.parametrize(
    ("given", "header"),
    [(None, None), (2, "2"), ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT")],
)
def test_a_limit_says_when_to_come_back_if_it_is_told_to(reseller_mock, given, header):
    reseller_mock.rate_limited(given)
    response = make_call(reseller_mock)
    assert response.status_code == 429
    assert response.headers.get("Retry-After") == header
    assert response.json()["message"] == "error"


@FORMATS
@pytest.mark.parametrize("how", Malformed)
def test_no_overview_can_be_read_of_what_is_malformed(reseller_mock, how, wanted):
    reseller_mock.malformed(how)
    response = make_call(reseller_mock, wanted)
    assert response.headers["Content-Length"] == str(len(response.content))
    assert isinstance(read_envelope(response.content, wanted), Unreadable)
    assert isinstance(read_envelope(make_call(reseller_mock, wanted).content, wanted), Overview)


def test_how_an_answer_is_malformed_is_a_word_that_is_known(reseller_mock):
    reseller_mock.malformed("empty")
    assert make_call(reseller_mock).content == b""
    with pytest.raises(ValueError, match="truncated, empty, html, other-format, no-fields, not: x"):
        reseller_mock.malformed("x")


@pytest.mark.parametrize("timeout", [59, (3, 59), urllib3.Timeout(read=59)])
def test_a_caller_with_less_patience_times_out_and_need_not_wait(reseller_mock, timeout):
    reseller_mock.slow(60)
    with pytest.raises(requests.ReadTimeout, match="read timeout=59"):
        make_call(reseller_mock, timeout=timeout)
    assert make_call(reseller_mock, timeout=timeout).ok


@pytest.mark.parametrize("timeout", [None, 60, (60, None)])
def test_a_caller_with_patience_gets_the_right_answer_late(reseller_mock, timeout):
    reseller_mock.slow(0.05)
    response = make_call(reseller_mock, timeout=timeout)
    assert response.ok
    assert response.elapsed.total_seconds() >= 0.05


def test_any_answer_and_any_exception_may_be_next(reseller_mock):
    reseller_mock.next(Response(418, "text/plain", b"short and stout"))
    reseller_mock.next(requests.ConnectionError("reset by peer"))
    assert make_call(reseller_mock).text == "short and stout"
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        make_call(reseller_mock)
    assert make_call(reseller_mock).ok


def test_what_it_is_told_lasts_and_comes_in_its_order(reseller_mock):
    reseller_mock.rate_limited(times=2)
    reseller_mock.refused("Down.", status=503)
    assert statuses(reseller_mock, 4) == [429, 429, 503, 200]


def test_other_calls_use_nothing_up(reseller_mock):
    reseller_mock.refused("Down.", status=503)
    assert requests.get(f"{CLIENT_URL}/elsewhere").status_code == 404
    assert statuses(reseller_mock, 2) == [503, 200]


def test_calls_from_several_threads_use_each_up_once(reseller_mock):
    reseller_mock.rate_limited(times=20)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: make_call(reseller_mock).status_code, range(40)))
    assert sorted(found) == [200] * 20 + [429] * 20


NUMBER, STATUS = "seconds is a number from 0 on", "status is a whole number from 200 to 599"
TEXTS, TIMES = "refused takes one or more texts", "times is a whole number from 1 on"
RETRY = "retry_after is a whole number of seconds from 0 on, or an HTTP date"


@pytest.mark.parametrize("fixture", ["reseller_mock", "reseller_server"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda mock: mock.slow("x"), f"{NUMBER}, not: 'x'"),
        (lambda mock: mock.slow(-1), f"{NUMBER}, not: -1"),
        (lambda mock: mock.slow(float("nan")), f"{NUMBER}, not: nan"),
        (lambda mock: mock.slow(float("inf")), f"{NUMBER}, not: inf"),
        (lambda mock: mock.refused(), f"{TEXTS}, not: ()"),
        (lambda mock: mock.refused(5), f"{TEXTS}, not: (5,)"),
        (lambda mock: mock.refused("a", status="x"), f"{STATUS}, not: 'x'"),
        (lambda mock: mock.refused("a", status=42), f"{STATUS}, not: 42"),
        (lambda mock: mock.rate_limited(2.5), f"{RETRY}, not: 2.5"),
        (lambda mock: mock.rate_limited(-1), f"{RETRY}, not: -1"),
        (lambda mock: mock.refused("a", times="2"), f"{TIMES}, not: '2'"),
        (lambda mock: mock.malformed(times=True), f"{TIMES}, not: True"),
        (lambda mock: mock.slow(1, times=0), f"{TIMES}, not: 0"),
        (lambda mock: mock.slow(1, times=-1), f"{TIMES}, not: -1"),
    ],
)
def test_a_wrong_argument_is_refused_where_it_is_given(request, fixture, change, message):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}$"):
        change(request.getfixturevalue(fixture))


def test_a_response_that_is_added_comes_first_each_time(reseller_mock):
    reseller_mock.refused("Down.", status=503)
    added = reseller_mock.get(CLIENT_URL + path_of(Format.JSON), status=202)
    assert statuses(reseller_mock, 3) == [202, 202, 202]
    reseller_mock.remove(added)
    assert statuses(reseller_mock, 2) == [503, 200]


def test_nothing_stays_patched():
    send = requests.adapters.HTTPAdapter.send
    with ResellerMock(default_reference(), "http://127.0.0.1:9/mail") as mock:
        assert make_call(mock).ok
        with pytest.raises(requests.ConnectionError):
            requests.get(CLIENT_URL)
    assert requests.adapters.HTTPAdapter.send is send
