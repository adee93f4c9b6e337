"""The tests of the shop itself, without the suite."""

from flask_shop.api import app

CALL = "/apiv2/reseller.account.json"


def test_an_empty_call_gets_errors():
    response = app.test_client().get(CALL)
    assert response.status_code == 400
    assert "user is required" in response.get_json()["errors"]


def test_a_customer_has_a_package():
    sent = {"api_user": "flask-shop", "api_key": "Key-Of-The-Shop", "task": "overview"}
    response = app.test_client().get(CALL, query_string={**sent, "user": "grace@example.com"})
    assert response.get_json()["package"] == "Gold & Größer"
