"""Keys and names that people use: short, digits only, common words, special characters.

Many texts contain a key that is a common word or a single character. They do not disclose it.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from reseller_conformance.contract import Format
from reseller_conformance.reference import Account, Accounts, Reference, Refusal, Request, Response
from reseller_conformance.reference.core import Parameters
from variants.registry import Running, composed, served, variant
from variants.shops import Shop, customer, shop

__all__: list[str] = []

TODAY = datetime.now(UTC).date()
NAMED_AFTER_PACKAGES = shop(
    "lighthouse",
    "Keeper-of-the-Lamp-9",
    customer("silver-2013-03-05", package="Silver"),
    customer("gold-2013-03-05", package="Gold"),
)
ANN, BOB = customer("ann@island.example"), customer("bob@island.example")


def _serve(shop: Shop) -> Iterator[Running]:
    with served(Reference(shop.accounts), shop) as running:
        yield running


# --- Keys ----------------------------------------------------------------------------------------


@composed(
    "the key is `password`, and errors contain: Bad username / password",
    shop=shop("ann", "password", ANN, BOB),
)
class KeyIsPassword(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        return Refusal(401, ("Bad username / password",)) if isinstance(found, Refusal) else found


@variant("the key is `1`")
def key_of_one_digit() -> Iterator[Running]:
    yield from _serve(shop("ann", "1", ANN, BOB))


@variant("the key is `e`, which is part of most words")
def key_of_one_letter() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "e", ANN, BOB))


@variant("the key is `aa`: both halves alike")
def key_of_two_letters() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "aa", ANN, BOB))


@variant("the key is `k3y`")
def key_of_three_characters() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "k3y", ANN, BOB))


@composed(
    "the key is `a1b2`, and errors contain the id of each request",
    shop=shop("lighthouse", "a1b2", ANN, BOB),
)
class KeyWithinRequestIds(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        said = replace(refusal, errors=("Request 0c99a1b2ff failed.",))
        return super().refuse(wanted, said)


@composed(
    "the key is a customer's name, and errors repeat the user",
    shop=shop("lighthouse", "ann@island.example", ANN, BOB),
)
class KeyIsACustomersName(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        user = dict(parameters).get("user", "")
        return Refusal(403, (f"Not so: {user}",)) if isinstance(found, Refusal) else found


# --- Errors that repeat the request, but not the key ---------------------------------------------


class Repeating(Reference):
    """Errors have these additional texts."""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__(accounts)
        self.last: deque[str] = deque(maxlen=5)

    def repeated(self, parameters: Parameters) -> Iterable[str]:
        raise NotImplementedError

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        if not isinstance(found, Refusal):
            return found
        return replace(found, errors=(*found.errors, *self.repeated(parameters)))


@composed("errors repeat every sent parameter except the key")
class RepeatsAllButTheKey(Repeating):
    def repeated(self, parameters: Parameters) -> Iterable[str]:
        return [f"{n}={v}" for n, v in parameters if not n.startswith("api_key")]


@composed("errors repeat only the user")
class RepeatsTheUser(Repeating):
    def repeated(self, parameters: Parameters) -> Iterable[str]:
        return [f"No such user: {value}" for name, value in parameters if name == "user"]


@composed(
    "errors repeat the users of the last five errors too, from a list that is kept",
    should=("errors.deterministic",),
)
class RepeatsUsersOfEarlierErrors(Repeating):
    def repeated(self, parameters: Parameters) -> Iterable[str]:
        self.last += [v for n, v in parameters if n.startswith(("user", "task"))]
        # XML 1.0 cannot hold control characters
        shown = ("".join(filter(str.isprintable, value)) for value in self.last)
        return [f"No such user or task: {value}" for value in shown]


@composed(
    "the same, and the key is a customer's name",
    shop=shop("lighthouse", "ann@island.example", ANN, BOB),
    should=("errors.deterministic",),
)
class RepeatsUsersAndTheKeyIsOne(RepeatsUsersOfEarlierErrors):
    pass


@composed("errors are kept by user, and repeat the user in a header and a cookie")
class RepeatsTheUserInHeaders(Reference):
    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        user = dict(parse_qsl(request.query.decode())).get("user", "")
        written = quote(user, safe="")
        fields = (("X-User", written), ("Set-Cookie", f"user={written}; Path=/"))
        return replace(response, headers=(*response.headers, *fields))


# --- Errors that contain a package or a date, and disclose nothing by it --------------------------


@composed(
    "packages have names that are words of every error",
    shop=shop(
        "lighthouse",
        "Keeper-of-the-Lamp-9",
        customer("ann@island.example", package="Required"),
        customer("bob@island.example", package="api_key"),
    ),
)
class PackagesAreWordsOfErrors(Reference):
    pass


@composed(
    "errors repeat the user, whose name holds the package and the start of the cycle",
    shop=NAMED_AFTER_PACKAGES,
)
class RepeatsUsersNamedAfterPackages(RepeatsTheUser):
    pass


@composed(
    "errors carry a session in base64 with the user, whose name holds the package, and the time",
    shop=NAMED_AFTER_PACKAGES,
)
class KeepsTheUserInASession(Reference):
    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        user = dict(parse_qsl(request.query.decode())).get("user", "")
        held = {"user": user, "at": datetime.now(UTC).isoformat()}
        session = urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
        cookie = ("Set-Cookie", f"session={session}.aTk_3w; HttpOnly")
        return replace(response, headers=(*response.headers, cookie))


@composed("errors have the time of the request")
class ErrorsHaveATime(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        now = datetime.now(UTC).isoformat()
        return super().refuse(wanted, replace(refusal, errors=(*refusal.errors, f"at {now}")))


@composed(
    "errors have the Unix time of the request, and headers that of the next hour and of midnight",
    shop=shop(
        "lighthouse",
        "Keeper-of-the-Lamp-9",
        customer(
            "ann@island.example",
            billing_start_date=str(TODAY),
            billing_end_date=str(TODAY + timedelta(30)),
            billing_process_date=str(TODAY + timedelta(31)),
        ),
        customer("bob@island.example"),
    ),
)
class ErrorsHaveUnixTimes(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        now = datetime.now(UTC).timestamp()
        text = f"incident {now:.0f}, at {now * 1000:.0f}"
        response = super().refuse(wanted, replace(refusal, errors=(*refusal.errors, text)))
        hour, midnight = now // 3600 * 3600 + 3600, now // 86_400 * 86_400 + 86_400
        fields = (("X-RateLimit-Reset", f"{hour:.0f}"), ("X-Quota-Reset", f"{midnight:.0f}"))
        return replace(response, headers=(*response.headers, *fields))


@composed("an error to the reseller names the package of its customer")
class TellsTheResellerItsCustomersPackage(Reference):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found, given = super().look_up(parameters), dict(parameters)
        reseller = self.find_reseller(given.get("api_user", ""), given.get("api_key", ""))
        account = self.find_customer(reseller, given.get("user", "")) if reseller else None
        if isinstance(found, Refusal) and account:
            return replace(found, errors=(*found.errors, f"{account.package} is untouched."))
        return found


# --- More keys -----------------------------------------------------------------------------------


@variant("the key is all digits, some of which are a count of the account")
def key_of_digits() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "30000", ANN, BOB))


@variant("the key is `error`, as `message` is")
def key_is_error() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "error", ANN, BOB))


@variant("the key is `api_key`, which errors name")
def key_is_api_key() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "api_key", ANN, BOB))


@variant("the key is `overview`, as the task is")
def key_is_overview() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "overview", ANN, BOB))


@variant("the key is `json`, a word of every URL and report")
def key_is_json() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "json", ANN, BOB))


@variant("the key is `null`, the word of serializers")
def key_is_null() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "null", ANN, BOB))


@variant("the key is `%`, a wildcard elsewhere")
def key_is_percent() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "%", ANN, BOB))


@variant("the key is the same as api_user and as a customer's name")
def key_is_the_name() -> Iterator[Running]:
    yield from _serve(shop("ann", "ann", customer("ann"), BOB))


@variant("the key contains every character that is special in a query, JSON, XML or a shell")
def key_of_odd_characters() -> Iterator[Running]:
    key = "k3y/with+odd&chars=%41é \"<'>$`\\#;?"
    yield from _serve(shop("lighthouse", key, ANN, BOB))


@variant("the key begins and ends with a space")
def key_with_spaces_around() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", " two words ", ANN, BOB))


@variant("the key is in another script, beyond the first plane too")
def key_in_another_script() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "пароль-密码-🔑", ANN, BOB))


@variant("the key has 200 characters, all but one alike")
def key_of_200_characters() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "x" * 199 + "Y", ANN, BOB))


# --- Names ---------------------------------------------------------------------------------------


@variant("a single customer, and no other reseller")
def single_customer() -> Iterator[Running]:
    yield from _serve(shop("lighthouse", "Keeper-9", ANN, foreign=None))


@variant("three customers whose names have one character")
def names_of_one_character() -> Iterator[Running]:
    yield from _serve(shop("x", "Keeper-9", *map(customer, ("a", "7", "é")), foreign="b"))


@variant("customers of whom each name is a part of the next, or its other case")
def names_within_names() -> Iterator[Running]:
    names = ("bob", "bobb", "bo", "BOB")
    other = customer("ob", package="Another")
    yield from _serve(shop("bob", "Keeper-9", *map(customer, names), other))


@variant("customers whose names are wildcards and empty values")
def names_like_wildcards() -> Iterator[Running]:
    names = ("null", "%", "*", ".*")
    yield from _serve(shop("lighthouse", "Keeper-9", *map(customer, names)))


@variant("customers named 0 and false, which some languages treat as empty")
def names_like_nothing() -> Iterator[Running]:
    yield from _serve(shop("0", "Keeper-9", customer("0"), customer("false")))


@variant("names with plus, per cent, spaces, semicolon, and what looks encoded")
def names_with_signs() -> Iterator[Running]:
    names = ("a+b c%20d", "100%", "x;y=z&task=stats#", "  spaces  ", "c:\\d\\%41[]")
    yield from _serve(shop("a+b & c", "Keeper-9", *map(customer, names), foreign="e + f"))


@variant("names with quotes, markup and SQL of their own")
def names_with_quotes() -> Iterator[Running]:
    names = ('O\'Brien "Bob" <b@x>', "' OR '1'='1", "--", "]]>&amp;")
    yield from _serve(shop("o'neill", "Keeper-9", *map(customer, names)))


@variant("names with accents, composed and not, in other scripts, beyond the first plane")
def names_in_other_scripts() -> Iterator[Running]:
    names = ("zoë", "e\u0301ric", "Ωmega ſtraße İı", "山田太郎", "عميل", "😀🇩🇪", "K\u212b")
    yield from _serve(shop("müller", "Keeper-9", *map(customer, names), foreign="łukasz"))


@variant("names of 255 characters")
def names_of_255_characters() -> Iterator[Running]:
    names = ("n" * 255, "é" * 254 + "!")
    yield from _serve(shop("r" * 255, "Keeper-9", *map(customer, names)))


@variant("names that are words of the call: error, overview, task, user")
def names_that_are_words_of_the_call() -> Iterator[Running]:
    names = ("error", "overview", "user")
    yield from _serve(shop("api_user", "Keeper-9", *map(customer, names), foreign="task"))
