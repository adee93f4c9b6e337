"""Queries that are read by position, by pattern, or undecoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, unquote_plus

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Reference, Request
from reseller_conformance.requirements import (
    BOTH,
    REJECTS_API_KEY_WRONG,
    REJECTS_API_USER_WRONG,
    REJECTS_COMBINED,
    REJECTS_TASK_OTHER,
    REJECTS_USER_UNKNOWN,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    SUCCESS_RETURNED,
)

from .registry import (
    JSON,
    XML,
    fault,
    variant,
)

Parameters = Sequence[tuple[str, str]]

# --- The order -----------------------------------------------------------------------------------


def names(parameters: Parameters) -> list[str]:
    """Return the documented names in the order in which they were sent."""
    return [name for name, _ in parameters if name in PARAMETERS]


def reading(change: Callable[[list[tuple[str, str]]], Parameters]) -> Callable[[], Reference]:
    """Make a reference that reads changed parameters."""
    return variant(read=lambda self, request: change(list(Reference.read(self, request))))


def only_if(
    test: Callable[[list[str]], bool], lost: str
) -> Callable[[list[tuple[str, str]]], Parameters]:
    """Lose a parameter if all four are there, in an order that fails the test."""

    def change(parameters: list[tuple[str, str]]) -> Parameters:
        sent = names(parameters)
        if sorted(sent) != sorted(PARAMETERS) or test(sent):
            return parameters
        return [pair for pair in parameters if pair[0] != lost]

    return change


def order(
    name: str, description: str, make: Callable[[], Reference], formats: Sequence[Format] = BOTH
) -> None:
    fault(fails=REQUEST_ORDER, formats=formats, name=name, description=description)(make)


order(
    "order_of_the_page",
    "the parameters are read by their places",
    reading(only_if(lambda sent: sent == list(PARAMETERS), "user")),
)
order(
    "order_of_the_page_in_xml",
    "the parameters are read by their places, in XML",
    reading(only_if(lambda sent: sent == list(PARAMETERS), "user")),
    XML,
)
for _name in PARAMETERS:
    for _place in range(4):
        _fits = PARAMETERS.index(_name) == _place
        _ends = _place in (0, 3)
        if _fits and _ends:
            order(
                f"{_name}_only_in_place_{_place + 1}",
                f"{_name} is read only in place {_place + 1}",
                reading(only_if(lambda sent, n=_name, p=_place: sent[p] == n, _name)),
            )
        elif not _fits:
            order(
                f"{_name}_not_in_place_{_place + 1}",
                f"{_name} is lost in place {_place + 1}",
                reading(only_if(lambda sent, n=_name, p=_place: sent[p] != n, _name)),
            )
for _before, _after in pairwise(PARAMETERS):
    order(
        f"{_before}_before_{_after}",
        f"{_after} is found only after {_before}",
        reading(only_if(lambda sent, b=_before, a=_after: sent.index(b) < sent.index(a), _after)),
    )
order(
    "user_after_api_user",
    "the first parameter that ends in user= is taken as user",
    reading(only_if(lambda sent: sent.index("api_user") < sent.index("user"), "user")),
)
order(
    "order_reversed_refused",
    "the parameters may be in any order except the reverse of the documented one",
    reading(only_if(lambda sent: sent != list(reversed(PARAMETERS)), "task")),
)
order(
    "order_of_the_alphabet_refused",
    "the parameters may be in any order except the alphabetical one",
    reading(only_if(lambda sent: sent != sorted(PARAMETERS), "task")),
)


@fault(fails=REQUEST_ORDER, instead_of=Reference.read)
def user_by_the_last_pattern(self: Reference, request: Request) -> Parameters:
    """The last `user=` anywhere in the query is taken, `api_user=` too."""
    parameters = Reference.read(self, request)
    found = re.findall(r"user=([^&]*)", request.query.decode())
    if sorted(name for name, _ in parameters) != sorted(PARAMETERS) or not found:
        return parameters
    return [(n, unquote(found[-1]) if n == "user" else v) for n, v in parameters]


# --- Percent-encoding ----------------------------------------------------------------------------


def undecoded(
    *parameters: str, test: Callable[[str], bool] = lambda _: True
) -> Callable[[], Reference]:
    """Make a reference that does not decode the values of these parameters."""

    def read(self: Reference, request: Request) -> Parameters:
        decoded = Reference.read(self, request)
        raw = [part.partition("=")[2] for part in request.query.decode().split("&") if part]
        if request.method != "GET" or len(raw) != len(decoded):
            return decoded
        return [
            (name, written if name in parameters and test(written) else value)
            for (name, value), written in zip(decoded, raw, strict=True)
        ]

    return variant(read=read)


def encoding(
    name: str, description: str, make: Callable[[], Reference], formats: Sequence[Format] = BOTH
) -> None:
    fault(
        fails=REQUEST_ENCODING,
        formats=formats,
        name=name,
        description=description,
    )(make)


for _name in ("api_user", "api_key", "task"):
    encoding(f"{_name}_not_decoded", f"the value of {_name} is not decoded", undecoded(_name))
encoding(
    "task_not_decoded_in_json", "the value of task is not decoded, in JSON", undecoded("task"), JSON
)
encoding(
    "credentials_not_decoded",
    "the values of api_user and api_key are not decoded",
    undecoded("api_user", "api_key"),
)


def decoding(decode: Callable[[str], str], *where: str) -> Callable[[], Reference]:
    """Make a reference that decodes all values, or those of some parameters, in its own way."""

    def read(self: Reference, request: Request) -> Parameters:
        pairs = [part.partition("=") for part in request.query.decode().split("&") if part]
        right = Reference.read(self, request)
        if len(right) != len(pairs):
            return right
        return [
            (name, decode(written) if not where or name in where else value)
            for (name, value), (_, _, written) in zip(right, pairs, strict=True)
        ]

    return variant(read=read)


def by_pattern(pattern: str) -> Callable[[str], str]:
    """Decode only the escapes that this pattern matches."""
    return lambda text: re.sub(f"(?:{pattern})+", lambda found: unquote(found[0]), text)


PUNCTUATION = "%(?:2[0-9A-F]|3[A-F]|40|5[B-F]|60|7[B-F]|[89A-F][0-9A-F])"
encoding(
    "letters_not_decoded",
    "encoded letters and digits are not decoded",
    decoding(by_pattern(PUNCTUATION)),
)
encoding(
    "capital_letters_not_decoded",
    "capitals that are encoded stay so",
    decoding(by_pattern("%(?!4[1-9A-F]|5[0-9A])[0-9A-F]{2}")),
)
encoding(
    "lower_case_escapes_not_decoded",
    "an escape in lower case is not decoded",
    decoding(by_pattern("%[0-9A-F]{2}")),
)
encoding(
    "lower_case_escapes_of_a_key_not_decoded_in_xml",
    "an escape in lower case within api_key is not decoded, in XML",
    decoding(by_pattern("%[0-9A-F]{2}"), "api_key"),
    XML,
)
encoding(
    "at_signs_must_be_plain",
    "%40 is not decoded",
    decoding(lambda text: by_pattern("%(?!40)[0-9A-F]{2}")(text), "user"),
)
encoding(
    "first_escape_decoded",
    "only the first escape of task is decoded",
    decoding(
        lambda text: re.sub("%[0-9A-Fa-f]{2}", lambda m: unquote(m[0]), text, count=1), "task"
    ),
)
encoding(
    "only_some_escapes_decoded",
    "at most five escapes of a credential are decoded",
    decoding(
        lambda text: re.sub("%[0-9A-Fa-f]{2}", lambda m: unquote(m[0]), text, count=5),
        "api_user",
        "api_key",
    ),
)


def names_undecoded(*which: str) -> Callable[[], Reference]:
    """Make a reference that does not recognise an encoded name."""

    def read(self: Reference, request: Request) -> Parameters:
        raw = [part.partition("=")[0] for part in request.query.decode().split("&") if part]
        decoded = Reference.read(self, request)
        if len(raw) != len(decoded):
            return decoded
        return [
            (written if name in which else name, value)
            for (name, value), written in zip(decoded, raw, strict=True)
        ]

    return variant(read=read)


encoding("names_not_decoded", "names of parameters are not decoded", names_undecoded(*PARAMETERS))
for _name in PARAMETERS:
    encoding(
        f"name_of_{_name}_not_decoded", f"the name {_name} is not decoded", names_undecoded(_name)
    )
encoding(
    "names_not_decoded_in_xml",
    "names of parameters are not decoded, in XML",
    names_undecoded(*PARAMETERS),
    XML,
)

# --- Characters of customers' names --------------------------------------------------------------


def garbled(name: str, description: str, make: Callable[[], Reference], *also: object) -> None:
    fault(
        fails=SUCCESS_RETURNED,
        also=also,
        name=name,
        description=description,
    )(make)


garbled("user_not_decoded", "the value of user is not decoded", undecoded("user"), REQUEST_ENCODING)
garbled(
    "plus_decoded_last",
    "plus signs become spaces after decoding, so that %2B is a space",
    decoding(lambda text: unquote(text).replace("+", " ")),
)
garbled(
    "decoded_twice",
    "user is decoded twice",
    decoding(lambda text: unquote(unquote(text)), "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "decoded_twice_with_plus",
    "user is decoded twice, plus signs too",
    decoding(lambda text: unquote_plus(unquote_plus(text)), "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "decoded_before_parting",
    "the query is decoded before it is split",
    variant(
        read=lambda _, request: parse_qsl(unquote(request.query.decode()), keep_blank_values=True)
    ),
    REJECTS_USER_UNKNOWN,
    REJECTS_TASK_OTHER,
    REJECTS_API_USER_WRONG,
    REJECTS_API_KEY_WRONG,
    REJECTS_COMBINED,
)
garbled(
    "decoded_as_latin_1",
    "user is decoded as ISO-8859-1",
    decoding(lambda text: unquote(text, "iso-8859-1"), "user"),
)
garbled(
    "decoded_as_ascii",
    "characters of user beyond ASCII are left out",
    decoding(lambda text: unquote(text).encode("ascii", "ignore").decode(), "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "cut_at_an_at_sign",
    "user is cut at a plain @, as if it were that of a URL",
    decoding(lambda text: unquote(text.partition("@")[0]), "user"),
)
garbled(
    "cut_at_a_hash",
    "user is cut at a hash",
    decoding(lambda text: unquote(text).partition("#")[0], "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "cut_at_a_semicolon",
    "user is cut at a semicolon",
    decoding(lambda text: unquote(text).partition(";")[0], "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "cleaned_of_tags",
    "text between angle brackets in user is removed",
    decoding(lambda text: re.sub("<[^>]*>", "", unquote(text)), "user"),
    REJECTS_USER_UNKNOWN,
)
garbled(
    "quotes_doubled",
    "apostrophes in user are escaped as for SQL, and never unescaped",
    decoding(lambda text: unquote(text).replace("'", "''"), "user"),
)
