"""A client of the mock, which does not really sleep."""

import pytest

from billing_client import Client


@pytest.fixture
def naps():
    """How long the client has slept, each time."""
    return []


@pytest.fixture
def client(reseller_mock, naps):
    """A client with the credentials of a reseller whom the mock knows."""
    reseller = reseller_mock.reseller
    return Client(
        reseller_mock.base_url, reseller.api_user, reseller.api_key, timeout=5, sleep=naps.append
    )
