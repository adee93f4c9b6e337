"""Ways around the checks: another part of a call makes invalid values or foreign customers pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from reseller_conformance.contract import PARAMETERS
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.requirements import (
    REJECTS_API_KEY_EMPTY,
    REJECTS_API_KEY_MISSING,
    REJECTS_API_KEY_SPELLING,
    REJECTS_API_KEY_WRONG,
    REJECTS_COMBINED,
    REJECTS_USER_FOREIGN,
    REQUEST_SPECIAL_TEXT,
    Requirement,
)

from .due import MISSING, OURS, RIGHT
from .registry import ACCOUNTS, fault

Pairs = list[tuple[str, str]]
Condition = Callable[[Request, Pairs], bool]

# Other calls may meet the condition as well, for example a special text in another order.
ALSO = (
    REJECTS_API_KEY_MISSING,
    REJECTS_API_KEY_EMPTY,
    REJECTS_COMBINED,
    REQUEST_SPECIAL_TEXT,
)

SECOND = OURS.customers[1].user


def sent_pairs(request: Request) -> Pairs:
    written = request.body if request.method == "POST" else request.query
    return parse_qsl(written.decode(), keep_blank_values=True)


def values(pairs: Pairs, name: str) -> list[str]:
    return [value for key, value in pairs if key == name]


def rewritten(request: Request, pairs: Pairs, **right: str) -> Request:
    """Return the documented call of these pairs, with some values made valid."""
    given = {name: value for name, value in pairs if name in PARAMETERS} | right
    return replace(request, query=urlencode(given).encode(), method="GET", body=b"")


def with_right_key(request: Request, pairs: Pairs) -> Request:
    """Make the key valid."""
    return rewritten(request, pairs, api_key=OURS.api_key)


def with_foreign_reseller(request: Request, pairs: Pairs) -> Request:
    """Send the call as the reseller of the customer, if the credentials are valid."""
    user = values(pairs, "user")[-1:]
    ours = [OURS.api_user, OURS.api_key]
    right = [*values(pairs, "api_user"), *values(pairs, "api_key")] == ours
    for reseller in ACCOUNTS.resellers:
        if right and user and reseller.customer(user[0]):
            both = {"api_user": reseller.api_user, "api_key": reseller.api_key}
            return rewritten(request, pairs, user=user[0], **both)
    return request


def detour(
    name: str,
    description: str,
    met: Condition,
    through: Callable[[Request, Pairs], Request] = with_right_key,
    *,
    fails: Requirement = REJECTS_API_KEY_WRONG,
    also: Sequence[Requirement] = ALSO,
) -> None:
    class Detour(Reference):
        def respond(self, request: Request) -> Response:
            pairs = sent_pairs(request)
            return super().respond(through(request, pairs) if met(request, pairs) else request)

    fault(fails=fails, also=also, family="detours", name=name, description=description)(
        lambda: Detour(ACCOUNTS)
    )


def given(name: str, value: str | None = None) -> Condition:
    return lambda _, pairs: any(n == name and value in (None, v) for n, v in pairs)


CONDITIONS: dict[str, tuple[str, Condition]] = {
    "with_debug": ("debug=1 is sent", given("debug", "1")),
    "with_a_callback": ("callback is sent", given("callback")),
    "without_auth": ("noauth=1 is sent", given("noauth", "1")),
    "with_a_session": ("PHPSESSID is sent", given("PHPSESSID")),
    "with_a_role": ("role=admin is sent", given("role", "admin")),
    "with_a_fifth_parameter": ("a fifth parameter is sent", lambda _, pairs: len(pairs) > 4),
    "with_encoded_at_signs": (
        "an @ is percent-encoded",
        lambda request, _: b"%40" in request.query,
    ),
    "with_user_first": ("user is the first parameter", lambda _, pairs: pairs[:1][0][0] == "user"),
    "with_task_first": ("task is the first parameter", lambda _, pairs: pairs[:1][0][0] == "task"),
    "with_the_key_before_its_name": (
        "api_key is before api_user",
        lambda _, pairs: [n for n, _ in pairs if n.startswith("api_")] == ["api_key", "api_user"],
    ),
    "by_post": ("the call is a form", lambda request, _: request.method == "POST"),
    "with_basic_credentials": (
        "Authorization is sent",
        lambda request, _: request.header("Authorization") is not None,
    ),
    "from_a_proxy_inside": (
        "X-Real-IP says 127.0.0.1",
        lambda request, _: request.header("X-Real-IP") == "127.0.0.1",
    ),
    "from_inside": (
        "X-Forwarded-For says 127.0.0.1",
        lambda request, _: request.header("X-Forwarded-For") == "127.0.0.1",
    ),
}


def safely(condition: Condition) -> Condition:
    return lambda request, pairs: bool(pairs) and condition(request, pairs)


for _name, (_said, _met) in CONDITIONS.items():
    detour(f"key_unchecked_{_name}", f"the key is not checked if {_said}", safely(_met))
    detour(
        f"customer_unchecked_{_name}",
        f"the reseller of the customer is not checked if {_said}",
        safely(_met),
        with_foreign_reseller,
        fails=REJECTS_USER_FOREIGN,
        also=(),
    )


def absent(name: str, condition: Condition) -> Condition:
    """Choose calls that meet a condition and lack this parameter."""
    return lambda request, pairs: not values(pairs, name) and condition(request, pairs)


def with_right(name: str) -> Callable[[Request, Pairs], Request]:
    """Make this parameter valid."""
    return lambda request, pairs: rewritten(request, pairs, **{name: RIGHT[name][0]})


for _parameter in PARAMETERS:
    # the names of customers contain an @
    _written = ("with_encoded_at_signs",) if _parameter != "user" else ()
    for _name in ("with_debug", "with_a_role", *_written):
        _said, _met = CONDITIONS[_name]
        detour(
            f"{_parameter}_not_needed_{_name}",
            f"{_parameter} may be missing if {_said}",
            absent(_parameter, safely(_met)),
            with_right(_parameter),
            fails=MISSING[_parameter],
            also=(REJECTS_COMBINED,),
        )
for _parameter in PARAMETERS:
    detour(
        f"{_parameter}_not_needed_by_post",
        f"{_parameter} may be missing in a form",
        absent(_parameter, safely(CONDITIONS["by_post"][1])),
        with_right(_parameter),
        fails=MISSING[_parameter],
        also=(),
    )
detour(
    "key_unchecked_with_debug_for_the_second_customer",
    "the key is not checked for the second customer if debug=1 is sent",
    lambda _, pairs: ("debug", "1") in pairs and ("user", SECOND) in pairs,
)
detour(
    "two_wrong_keys_are_right",
    "two keys are accepted as a valid one",
    lambda _, pairs: len(values(pairs, "api_key")) == 2,
)
detour(
    "key_with_an_index_is_right",
    "a key with an index is accepted",
    lambda _, pairs: bool(values(pairs, "api_key[0]")),
    fails=REJECTS_API_KEY_MISSING,
    also=(),
)
for _key in ("test", "admin", "password", "secret", "123456"):
    detour(
        f"key_{_key}_is_right",
        f"the key {_key} opens every account",
        lambda _, pairs, key=_key: values(pairs, "api_key") == [key],
    )
detour(
    "key_is_compared_at_its_ends",
    "only the first and the last three characters of the key are compared",
    lambda _, pairs: any(
        v[:3] == OURS.api_key[:3] and v[-3:] == OURS.api_key[-3:] and len(v) == len(OURS.api_key)
        for v in values(pairs, "api_key")
    ),
)
detour(
    "key_is_trimmed",
    "white space around the key is lost",
    lambda _, pairs: [v.strip(" ") for v in values(pairs, "api_key")] == [OURS.api_key],
    fails=REJECTS_API_KEY_SPELLING,
    also=(),
)


def two_users(checked: int) -> Condition:
    """Choose calls with two users if this one of them is a customer."""

    def met(_: Request, pairs: Pairs) -> bool:
        users = values(pairs, "user")
        return len(users) == 2 and OURS.customer(users[checked]) is not None

    return met


def shown(place: int) -> Callable[[Request, Pairs], Request]:
    def through(request: Request, pairs: Pairs) -> Request:
        user = values(pairs, "user")[place]
        others = [(name, value) for name, value in pairs if name != "user"]
        return with_foreign_reseller(request, [*others, ("user", user)])

    return through


for _checked, _name in ((0, "first"), (1, "last")):
    detour(
        f"{_name}_of_two_users_is_checked",
        f"of two users the {_name} is checked, and the other one's account is shown",
        two_users(_checked),
        shown(1 - _checked),
        fails=REJECTS_USER_FOREIGN,
        also=(),
    )
