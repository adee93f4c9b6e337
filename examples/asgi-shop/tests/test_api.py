"""What the shop tests by itself, as it did before."""

import pytest

from asgi_shop.api import NAMES, errors_of

RIGHT = {
    "api_user": "asgi-shop",
    "api_key": "Key-Of-The-Shop",
    "task": "overview",
    "user": "joan@example.com",
}


def test_a_right_call_has_no_errors():
    assert errors_of(RIGHT) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_is_wrong_anywhere_has_one(name):
    assert errors_of({**RIGHT, name: ""}) == [f"{name} is missing"]
    assert len(errors_of({**RIGHT, name: "x"})) == 1
