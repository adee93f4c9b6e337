"""Ways around the checks: another part of a call makes invalid values or foreign customers pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
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

from .due import EMPTY, MISSING, OURS, RIGHT, WRONG
from .near import FOREIGN
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
for _parameter, _index in product(PARAMETERS, ("0", "a")):
    detour(
        f"{_parameter}_with_index_{_index}_is_right",
        f"{_parameter}[{_index}] is accepted in the place of {_parameter}",
        absent(_parameter, given(f"{_parameter}[{_index}]")),
        with_right(_parameter),
        fails=MISSING[_parameter],
        also=(),
    )
detour(
    "key_that_exists_is_right",
    "the operator $exists is accepted in the place of the key",
    absent("api_key", given("api_key[$exists]")),
    fails=REJECTS_API_KEY_MISSING,
    also=(),
)
detour(
    "wrong_key_beside_an_array_is_right",
    "a wrong key is accepted beside keys in an array",
    lambda _, pairs: bool(values(pairs, "api_key") and values(pairs, "api_key[]")),
    also=(),
)
detour(
    "two_empty_keys_are_right",
    "two empty keys are accepted",
    lambda _, pairs: values(pairs, "api_key") == ["", ""],
    fails=REJECTS_API_KEY_EMPTY,
    also=(),
)


def none_right(parameter: str) -> Condition:
    """Choose calls with several values of this parameter, all of them wrong."""

    def met(_: Request, pairs: Pairs) -> bool:
        sent = values(pairs, parameter)
        return len(sent) > 1 and all(sent) and not set(sent) & {*RIGHT[parameter], FOREIGN}

    return met


for _parameter in ("task", "user", "api_user"):
    detour(
        f"two_wrong_values_of_{_parameter}_are_right",
        f"two wrong values of {_parameter} are accepted",
        none_right(_parameter),
        with_right(_parameter),
        fails=WRONG[_parameter],
        also=(),
    )
for _parameter in ("task", "user", "api_user"):
    detour(
        f"any_{_parameter}_by_post",
        f"{_parameter} may have any value in a form",
        lambda request, pairs, name=_parameter: (
            request.method == "POST" and values(pairs, name)[:1] not in ([], [""], [FOREIGN])
        ),
        with_right(_parameter),
        fails=WRONG[_parameter],
        also=(),
    )
detour(
    "empty_key_by_post",
    "the key may be empty in a form",
    lambda request, pairs: request.method == "POST" and values(pairs, "api_key") == [""],
    fails=REJECTS_API_KEY_EMPTY,
    also=(),
)
for _parameter in PARAMETERS:
    detour(
        f"{_parameter}_without_equals_is_right",
        f"{_parameter} is accepted as a name alone, without an equals sign",
        lambda request, _, name=_parameter: request.query.endswith(b"&" + name.encode()),
        with_right(_parameter),
        fails=EMPTY[_parameter],
        also=(),
    )
detour(
    "key_unchecked_with_stray_separators",
    "the key is not checked if the query begins with a separator",
    lambda request, _: request.query.startswith(b"&"),
    also=(),
)
detour(
    "customer_unchecked_in_an_array",
    "user is checked, and the account of user[] is shown",
    lambda _, pairs: bool(values(pairs, "user") and values(pairs, "user[]")),
    lambda request, pairs: with_foreign_reseller(
        request, [*pairs, ("user", values(pairs, "user[]")[0])]
    ),
    fails=REJECTS_USER_FOREIGN,
    also=(),
)
for _name in ("authenticated", "is_admin", "logged_in"):
    detour(
        f"key_unchecked_if_{_name}",
        f"the key is not checked if {_name}=1 is sent",
        lambda _, pairs, name=_name: bool(pairs) and (name, "1") in pairs,
    )

for _parameter in ("user", "api_key"):
    detour(
        f"{_parameter}_put_into_sql_without_quotes",
        f"a condition that is always true may follow a number in {_parameter}",
        lambda _, pairs, name=_parameter: any(
            re.match(r"\d+ or 1=1", value.lower()) for value in values(pairs, name)
        ),
        with_right(_parameter),
        fails=REQUEST_SPECIAL_TEXT,
        also=(),
    )


def all_valid(request: Request, pairs: Pairs) -> Request:
    """Make each parameter valid."""
    return rewritten(request, pairs, **{name: right[0] for name, right in RIGHT.items()})


COMBINED: dict[str, tuple[str, Condition]] = {
    "constructor_without_key": (
        "api_user may be a member of each object in JavaScript, which has no key",
        absent("api_key", given("api_user", "constructor")),
    ),
    "admin_with_key_admin": (
        "the account admin has the key admin",
        lambda _, pairs: {("api_user", "admin"), ("api_key", "admin")} <= set(pairs),
    ),
    "three_kinds_of_errors": (
        "a call without task, with an empty user and a wrong key is accepted",
        lambda _, pairs: (
            not values(pairs, "task")
            and values(pairs, "user") == [""]
            and values(pairs, "api_key")[:1] not in ([], [""], [OURS.api_key])
        ),
    ),
}
for _name, (_said, _met) in COMBINED.items():
    detour(f"{_name}_accepted", _said, _met, all_valid, fails=REJECTS_COMBINED, also=())
for _key in ("test", "admin", "password", "secret", "123456", "your_sendgrid_password"):
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
