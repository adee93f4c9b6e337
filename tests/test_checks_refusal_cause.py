"""Why the documented call is refused: what the calls beside it show. Without a server."""

from dataclasses import replace

import pytest

from made_responses import RIGHT, broken, overview, response_to
from reseller_conformance.cases.mutations import UNREGISTERED, State
from reseller_conformance.checks.refusal_cause import Cause, cause
from reseller_conformance.checks.response import Response
from reseller_conformance.contract import PARAMETERS
from reseller_conformance.exchange import TransportErrorKind

ALL = "every parameter"
UNSAID = Cause()


def error(text: str, status: int = 400, *changed: str) -> Response:
    """Return an error for the documented call, with these parameters unknown or all missing."""
    states = dict.fromkeys(changed, State.UNKNOWN)
    if changed == (ALL,):
        states = dict.fromkeys(PARAMETERS, State.MISSING)
    body = f'{{"message": "error", "errors": ["{text}"]}}'.encode()
    return response_to(replace(RIGHT, **states), status, body)


def cause_of(status: int, same: tuple[str, ...]) -> Cause:
    """Return the cause where these calls get the same response, and the others another."""
    beside = [
        error("refused" if name in same else f"another {name}", status, name)
        for name in (*PARAMETERS, ALL)
    ]
    return cause(error("refused", status), beside, ())


# --- What the calls beside it show ----------------------------------------------------------------

KEY = Cause("a wrong key gets the same response: api_key may be wrong", False)
BOTH_OF_THE_ACCOUNT = Cause(
    "a wrong key gets the same response: api_user or api_key may be wrong", False
)
CUSTOMER = Cause(
    "an unknown customer gets the same response, a wrong key does not: "
    "the customer may not be registered under this api_user"
)
TASK = Cause("an unknown task gets the same response: is it the same API?")
CREDENTIALS = Cause(
    "a wrong key gets the same response, whatever the other parameters are: "
    "the credentials may be wrong",
    False,
)
NO_PARAMETER = Cause(
    "every call gets the same response, even one without parameters: "
    "the base URL, the credentials or the customer may be wrong"
)
NEITHER = Cause(
    "a wrong key and an unknown customer get the same response: "
    "the credentials or the customer may be wrong"
)
PATH = Cause("every call gets a 404: is the base URL the one below which /apiv2/ lies?", False)


@pytest.mark.parametrize(
    ("status", "same", "expected"),
    [
        (400, (), UNSAID),
        (400, ("api_user",), UNSAID),
        (400, (ALL,), UNSAID),
        (400, ("task",), TASK),
        (400, ("api_key",), KEY),
        (401, ("api_key", "task"), KEY),
        (400, ("api_key", "api_user"), BOTH_OF_THE_ACCOUNT),
        (400, ("user",), CUSTOMER),
        (404, ("user", "task", "api_user"), CUSTOMER),
        (400, ("api_key", "user"), NEITHER),
        (400, ("api_key", "user", "task"), CREDENTIALS),
        (401, ("api_key", "user"), CREDENTIALS),
        (403, ("api_key", "user"), CREDENTIALS),
        (407, ("api_key", "user", ALL), CREDENTIALS),
        (400, ("api_key", "user", ALL), NO_PARAMETER),
        (400, ("api_key", "user", "task", ALL), NO_PARAMETER),
        (404, ("api_key", "user", "task", ALL), PATH),
        (404, ("api_key", "user"), NEITHER),
    ],
)
def test_the_calls_that_get_the_same_response_show_the_cause(
    status: int, same: tuple[str, ...], expected: Cause
) -> None:
    assert cause_of(status, same) == expected


# --- Which responses are the same -----------------------------------------------------------------


def test_another_status_or_another_kind_of_response_is_not_the_same() -> None:
    documented = error("refused", 401)
    assert cause(documented, [error("refused", 401, "api_key")], ()) == KEY
    assert cause(documented, [error("refused", 400, "api_key")], ()) == UNSAID
    page = response_to(replace(RIGHT, api_key=State.UNKNOWN), 401, b"<html/>")
    assert cause(documented, [page], ()) == UNSAID
    shown = overview(replace(RIGHT, api_key=State.UNKNOWN))
    assert cause(documented, [shown], ()) == UNSAID


def test_pages_with_one_status_are_the_same() -> None:
    def page(case=RIGHT) -> Response:
        return response_to(case, 403, b"<html/>")

    assert cause(page(), [page(replace(RIGHT, api_key=State.UNKNOWN))], ()) == KEY


@pytest.mark.parametrize("form", ["{} is refused", "refused: {}, {}!"])
def test_the_names_that_a_text_repeats_make_no_difference(form: str) -> None:
    names = ("ann@example.com", "ann")
    documented = error(form.replace("{}", names[0]))
    for name in (*UNREGISTERED.values(), *names, "***"):
        beside = [error(form.replace("{}", name), 400, "user")]
        assert cause(documented, beside, names) == CUSTOMER
    assert cause(documented, [error(form.replace("{}", "bob"), 400, "user")], names) == UNSAID


def test_the_longer_of_two_names_is_recognised_first() -> None:
    documented = error("ann@zoe.example is refused")
    beside = [error(f"{UNREGISTERED['user']} is refused", 400, "user")]
    assert cause(documented, beside, ["zoe", "ann@zoe.example"]) == CUSTOMER


def test_a_name_that_is_empty_is_in_no_text() -> None:
    documented, beside = error("refused"), [error("refused", 400, "api_key")]
    assert cause(documented, beside, [""]) == KEY


def test_all_error_texts_are_compared() -> None:
    documented = error('no", "never')
    assert cause(documented, [error('no", "never', 400, "api_key")], ()) == KEY
    assert cause(documented, [error('no", "yet', 400, "api_key")], ()) == UNSAID
    assert cause(documented, [error("no", 400, "api_key")], ()) == UNSAID


def test_where_each_text_has_a_time_of_its_own_only_the_status_is_compared() -> None:
    documented, again = error("refused at 10:00"), error("refused at 10:01")
    same, other = error("refused at 10:02", 400, "api_key"), error("refused at 10:03", 404, "user")
    assert cause(documented, [again, same, other], ()) == KEY
    # the text of the control call is the documented one: texts count
    assert cause(documented, [documented, same, other], ()) == UNSAID


def test_calls_that_were_not_made_show_nothing() -> None:
    documented, beside = error("refused"), error("refused", 400, "api_key")
    unsent = broken(TransportErrorKind.NOT_SENT).exchange.problem
    assert cause(documented, [], ()) == UNSAID
    assert cause(documented, [documented], ()) == UNSAID
    not_made = replace(beside, exchange=replace(beside.exchange, problem=unsent))
    assert cause(documented, [not_made], ()) == UNSAID
