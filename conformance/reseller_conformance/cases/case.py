"""One call, written down without any secret: a state for each parameter, and how it is sent.

`plan` and `strategies` choose the cases of a run, and `client` sends them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from urllib.parse import quote

from reseller_conformance.cases.mutation_makers import make
from reseller_conformance.cases.mutations import (
    EMPTY,
    LENIENT,
    MAX_VALUE_CHARS,
    SPECIAL,
    State,
    Text,
    Value,
)
from reseller_conformance.cases.profiles import Profile
from reseller_conformance.contract import PARAMETERS, Format, path_of

__all__ = [
    "Case",
    "Encoding",
    "Expected",
    "ValidValues",
    "is_distinguishable",
    "looks_alike",
    "pairs",
    "query",
    "url_of",
]


MAX_EXTRA_SHOWN = 7
"""How many undocumented parameters the words for a case name."""


class Encoding(StrEnum):
    """How the query is written (RFC 3986, 2.1): all of these mean the same."""

    PLAIN = "plain"
    """Only what a query cannot hold is percent-encoded; `@` is written as in the API docs."""
    VALUES = "values"
    """Every byte of every value is percent-encoded."""
    LOWER_CASE = "lower-case"
    """The same, with `%6f` for `%6F`."""
    NAMES = "names"
    """Every byte of every name is percent-encoded."""


_HEX = "%%%02X"
_OF_VALUES = {Encoding.VALUES: _HEX, Encoding.LOWER_CASE: _HEX.lower()}
"""How each byte of a value is written, where all of them are encoded."""


class Expected(StrEnum):
    """The envelope that a case calls for."""

    OVERVIEW = "overview"
    ERROR = "error"
    EITHER = "either"
    """The API docs leave it open, or only a SHOULD says."""


@dataclass(frozen=True, slots=True)
class ValidValues:
    """The valid value of each parameter, which only the client knows: the key is among them."""

    api_user: str
    api_key: str
    customers: tuple[str, ...]
    foreign: str | None

    def of(self, parameter: str, customer: int) -> str:
        """Return the valid value of this parameter for calls about this customer."""
        from_account = {"api_user": self.api_user, "api_key": self.api_key, "task": "overview"}
        return from_account.get(parameter) or self.customers[customer]

    def __repr__(self) -> str:
        """Show nothing: the key is among them."""
        return "ValidValues(***)"


@dataclass(frozen=True)
class Case:
    """One call of the account overview.

    `customer` is a place among the operator's customers: of the one that a valid `user` names.
    `extra` are undocumented parameters: the first is sent before the others, the rest after them.
    `repeated_parameters` are sent a second time, and `arrays` are sent as `name[]`. `repeat` makes
    another case of the same call, because a case is sent only once. `profile` is the client as
    which it is sent; None is the suite itself. With `cookies` it carries those that the target has
    set after valid calls about this customer. `around` is written as it is, before and behind the
    query. A part that begins with `%` belongs to the last value.
    """

    format: Format
    task: Value = State.VALID
    user: Value = State.VALID
    api_user: Value = State.VALID
    api_key: Value = State.VALID
    customer: int = 0
    order: tuple[str, ...] = PARAMETERS
    encoding: Encoding = Encoding.PLAIN
    extra: tuple[tuple[str, str], ...] = ()
    repeated_parameters: tuple[tuple[str, Value], ...] = ()
    arrays: tuple[str, ...] = ()
    method: str = "GET"
    repeat: int = 0
    profile: Profile | None = None
    cookies: bool = False
    around: tuple[str, str] = ("", "")

    def state(self, parameter: str) -> Value:
        """Return the state of one parameter."""
        value: Value = getattr(self, parameter)
        return value

    @property
    def has_form(self) -> bool:
        """Whether the parameters stand in the body, as a form."""
        return self.method == "POST"

    @cached_property
    def invalid(self) -> tuple[str, ...]:
        """The parameters for which an error is due."""
        invalid = []
        for name in PARAMETERS:
            state = getattr(self, name)
            if state is not State.VALID and not (name == "task" and state in LENIENT):
                invalid.append(name)
        if self.around[1].startswith("%"):
            invalid.append(self.order[-1])
        return tuple(invalid)

    def invalid_state(self, parameter: str) -> Value | None:
        """Return how a parameter is invalid; None for a value that is written behind the query."""
        behind = self.around[1]
        if behind == f"&{parameter}":
            return State.EMPTY
        return None if behind.startswith(f"&{parameter}=") else self.state(parameter)

    @property
    def has_wrong_credentials(self) -> bool:
        """Whether credentials are sent, and are not this account's: a failed login."""
        return any(
            self.state(name) not in (State.VALID, State.MISSING) for name in ("api_user", "api_key")
        )

    @property
    def expected(self) -> Expected:
        """The envelope that this case calls for (specification, section 4)."""
        if self.repeated_parameters or self.arrays or self.method != "GET":
            return Expected.EITHER
        if self.invalid:
            return Expected.ERROR
        if any(self.around):
            return Expected.EITHER
        return Expected.EITHER if self.task in LENIENT else Expected.OVERVIEW

    @property
    def complexity(self) -> tuple[int, ...]:
        """How much there is to this case: the simplest of several failures is shown first."""
        return (
            sum(self.state(name) is not State.VALID for name in PARAMETERS),
            len(self.extra) + len(self.repeated_parameters) + len(self.arrays) + any(self.around),
            int(self.order != PARAMETERS) + int(self.encoding is not Encoding.PLAIN),
            len(self.profile.changes) if self.profile else 0,
            sum(map(_length, map(self.state, PARAMETERS))),
            self.customer,
            self.repeat,
        )

    def __str__(self) -> str:
        """Say it in a few words: `json, task missing, user prefix`."""
        parts: list[str] = [self.format.value]
        for name in PARAMETERS:
            state = self.state(name)
            if isinstance(state, Text):
                parts.append(f"{name} {state.text!r}")
            elif state is not State.VALID:
                parts.append(f"{name} {state.value}")
        parts += [f"{name} sent as {name}[]" for name in self.arrays]
        parts += [f"{name} sent twice" for name, _ in self.repeated_parameters]
        parts += [f"with {name}={value}" for name, value in self.extra[:MAX_EXTRA_SHOWN]]
        if len(self.extra) > MAX_EXTRA_SHOWN:
            parts.append(f"and {len(self.extra) - MAX_EXTRA_SHOWN} more undocumented parameters")
        before, behind = self.around
        parts += [f"with {before} before the query"] if before else []
        parts += [f"with {behind} behind the query"] if behind else []
        if self.order != PARAMETERS:
            parts.append("in the order " + " ".join(self.order))
        if self.encoding is not Encoding.PLAIN:
            parts.append(f"{self.encoding} percent-encoded")
        if self.method != "GET":
            parts.append(f"as {self.method}")
        if self.profile is not None:
            parts.append(self.profile.phrase)
        if self.cookies:
            parts.append("with the cookies of an earlier call")
        if self.customer:
            parts.append(f"customer {self.customer + 1}")
        if len(parts) == 1:
            parts.append("all parameters valid")
        return ", ".join(parts)


def pairs(case: Case, valid: ValidValues) -> list[tuple[str, str]]:
    """Return the names and values of the query, in the order in which they are sent."""

    def value_of(name: str, state: Value) -> str | None:
        return _made(state, name, case.customer, valid)

    sent = [
        (f"{name}[]" if name in case.arrays else name, value_of(name, case.state(name)))
        for name in case.order
    ]
    sent += [(name, value_of(name, state)) for name, state in case.repeated_parameters]
    stated = [(name, value) for name, value in sent if value is not None]
    return [*case.extra[:1], *stated, *case.extra[1:]]


@lru_cache(maxsize=1024)
def _made(state: Value, name: str, customer: int, valid: ValidValues) -> str | None:
    from_account: dict[Value, str | None] = {
        State.FOREIGN: valid.foreign,
        State.OWN_NAME: valid.api_user,
        State.CUSTOMER: valid.customers[customer],
        State.KEY: valid.api_key,
        State.SHIFTED: f"{valid.api_user[-1:]}{valid.api_key}",
    }
    return from_account.get(state) or make(state, valid.of(name, customer), name)


def is_distinguishable(case: Case, valid: ValidValues) -> bool:
    """Return True if this case is a different call from others with this account.

    A key without letters has no other letter case; a name of one character has no part; what is
    sent may be a name as some databases compare, which all letter cases of a key are not; without a
    foreign customer none can be sent; and what is too long need not be read by anybody.
    """
    if case.customer >= len(valid.customers):
        return False
    if valid.foreign is None and any(s is State.FOREIGN for _, s in case.repeated_parameters):
        return False
    for name in PARAMETERS:
        state = case.state(name)
        known = valid.customers if name == "user" else (valid.of(name, case.customer),)
        if isinstance(state, Text):
            if looks_alike(state.text, known):
                return False
        elif name in case.invalid and state not in (State.VALID, *EMPTY):
            made = _made(state, name, case.customer, valid)
            if not made or made in known or len(made) > MAX_VALUE_CHARS:
                return False
            if name in ("user", "api_user") and looks_alike(made, known):
                return False
    return True


def looks_alike(text: str, names: tuple[str, ...]) -> bool:
    """Return True if a correct implementation might take this text for one of these names.

    Databases compare without regard to case, accents, width or spaces at the ends. The
    specification leaves open whether they may.
    """
    return _folded(text) in {_folded(name) for name in names}


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def query(sent: list[tuple[str, str]], encoding: Encoding) -> str:
    """Write the query. Spaces are `%20`, for `+` is read differently by different servers.

    Brackets are `%5B` and `%5D`, as PHP clients write them: Tomcat refuses others (RFC 3986, 3.4).
    """
    return "&".join(
        f"{_written(name, _HEX if encoding is Encoding.NAMES else '', safe='')}"
        f"={_written(value, _OF_VALUES.get(encoding, ''), safe='@')}"
        for name, value in sent
    )


def _length(state: Value) -> int:
    """How much text a state holds: a bare quote says more than a whole injection does."""
    if isinstance(state, Text):
        return len(state.text)
    return 20 if state in SPECIAL else 0


@lru_cache(maxsize=1024)  # names and valid values are in every call
def _written(text: str, every_byte: str, safe: str) -> str:
    if every_byte:
        return "".join(every_byte % byte for byte in text.encode())
    return quote(text, safe=safe)


def url_of(base_url: str, case: Case, written: str) -> str:
    """Return the URL of a call whose query is already written."""
    address = base_url + path_of(case.format)
    return f"{address}?{written}" if written and not case.has_form else address
