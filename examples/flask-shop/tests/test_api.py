"""What the shop tests by itself, as it did before."""

from flask_shop.api import app

CALL = "/apiv2/reseller.account.json"


def test_who_says_nothing_is_told_what_to_say():
    answer = app.test_client().get(CALL)
    assert answer.status_code == 400
    assert "user is required" in answer.get_json()["errors"]


def test_a_customer_has_a_package():
    said = {"api_user": "flask-shop", "api_key": "Key-Of-The-Shop", "task": "overview"}
    answer = app.test_client().get(CALL, query_string={**said, "user": "grace@example.com"})
    assert answer.get_json()["package"] == "Gold & Größer"
