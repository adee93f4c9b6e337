"""The client's side of the contract: what it sends is the documented call."""

from urllib.parse import parse_qs, urlsplit

from billing_client import Client
from reseller_conformance import ResellerMock


def test_the_call_is_the_documented_one(client: Client, reseller_mock: ResellerMock) -> None:
    reseller = reseller_mock.reseller
    for customer in reseller.customers:  # their names have what must be percent-encoded
        client.bill(customer.user)
        request = reseller_mock.calls[-1].request
        sent = urlsplit(str(request.url))
        assert request.method == "GET"
        assert sent.path == "/apiv2/reseller.account.json"
        assert parse_qs(sent.query) == {
            "api_user": [reseller.api_user],
            "api_key": [reseller.api_key],
            "task": ["overview"],
            "user": [customer.user],
        }
