"""The client, against each kind of response."""

from datetime import date

import pytest
import requests

from billing_client import Bill, Client, Refused, Unavailable, Unreadable

USER = "customer@example.com"
BILL = Bill(50000, date(2010, 8, 30), date(2010, 9, 29))


def test_success(client):
    assert client.bill(USER) == BILL


def test_every_customer_can_be_billed(client, reseller_mock):
    for customer in reseller_mock.reseller.customers:
        assert client.bill(customer.user).overage == customer.credits_overage


@pytest.mark.parametrize("user", ["", "nobody@example.com", "stranger@elsewhere.example"])
def test_an_unknown_customer_is_refused(client, user):
    with pytest.raises(Refused, match="user"):
        client.bill(user)


@pytest.mark.parametrize("account", [("", ""), ("harbour-mail", "wrong"), ("nobody", "wrong")])
def test_an_unknown_reseller_is_refused(reseller_mock, account):
    with pytest.raises(Refused, match="api_user"):
        Client(reseller_mock.base_url, *account).bill(USER)


def test_each_error_text_is_in_the_exception(client, reseller_mock):
    reseller_mock.refused("The account is closed.", "Call us.", status=403)
    with pytest.raises(Refused, match=r"account is closed.*Call us"):
        client.bill(USER)


def test_too_slow(client, reseller_mock):
    reseller_mock.slow(30)
    with pytest.raises(Unavailable, match="ReadTimeout"):
        client.bill(USER)


def test_slow_but_in_time(client, reseller_mock):
    reseller_mock.slow(0.05)
    assert client.bill(USER) == BILL


def test_a_limit_is_waited_for_as_long_as_it_says(client, reseller_mock, naps):
    reseller_mock.rate_limited(retry_after=7)
    reseller_mock.rate_limited()
    assert client.bill(USER) == BILL
    assert naps == [7, 1]


def test_a_limit_without_end_is_given_up(client, reseller_mock, naps):
    reseller_mock.rate_limited(retry_after=99999, times=10)
    with pytest.raises(Unavailable, match="limited 3 times"):
        client.bill(USER)
    assert naps == [60, 60, 60]


@pytest.mark.parametrize("how", ["truncated", "empty", "html", "other-format", "no-fields"])
def test_malformed(client, reseller_mock, how):
    reseller_mock.malformed(how)
    with pytest.raises(Unreadable):
        client.bill(USER)
    assert client.bill(USER) == BILL


def test_down(client, reseller_mock):
    reseller_mock.refused("Down.", status=503)
    with pytest.raises(Unavailable, match="503"):
        client.bill(USER)


def test_a_failure_of_the_network_shows_no_key(client, reseller_mock):
    key = reseller_mock.reseller.api_key
    reseller_mock.next(requests.ConnectionError(f"no route to /?api_key={key}"))
    with pytest.raises(Unavailable) as caught:
        client.bill(USER)
    assert key not in repr(caught.value)


def test_a_response_of_ones_own(client, reseller_mock):
    reseller_mock.get(client.url, json=["something", "else"])
    with pytest.raises(Unreadable):
        client.bill(USER)
