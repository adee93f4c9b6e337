"""Which calls a run makes: every state of every parameter, then combinations, orders, texts.

Each function answers one question of the specification and returns the cases for it. Their order
is left to `stages`, and what Hypothesis adds to `strategies`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle, filterfalse, islice, permutations, product
from typing import Any, TypeVar, cast

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.combinations import (
    FOREIGN_AND_INVALID,
    every_kind,
    is_plain,
    pairs_of_kinds,
    pairs_of_states,
    same_state,
)
from reseller_conformance.cases.mutations import (
    COMMON_INVALID,
    DEFAULT_KEYS,
    EMPTY,
    LENIENT,
    NEAR_MISSES,
    QUICK_NEAR_MISSES,
    UNREGISTERED,
    State,
    Text,
    Value,
)
from reseller_conformance.cases.profiles import OWN, Change, accepts, own_with, profiles
from reseller_conformance.cases.texts import (
    INJECTED,
    RARE_TEXTS,
    SPECIAL_TEXTS,
    UNDOCUMENTED,
    UNLOCKING,
)
from reseller_conformance.cases.variations import varied
from reseller_conformance.contract import PARAMETERS, Format

__all__ = [
    "COLD_CACHE_REPEAT",
    "FIRST_CONTROL_REPEAT",
    "REPEATED",
    "Depth",
    "Plan",
]


Item = TypeVar("Item")


class Depth(StrEnum):
    """How many calls a run makes."""

    SMOKE = "smoke"
    """The documented call and the plainest invalid ones: at most 12 calls."""
    QUICK = "quick"
    """Each parameter in each of its states."""
    STANDARD = "standard"
    """Every two kinds of invalid parameters, and 100 examples a property."""
    THOROUGH = "thorough"
    """Every combination, and 1,000 examples a property."""

    @property
    def examples(self) -> int:
        """How many Hypothesis examples each property gets."""
        return {Depth.SMOKE: 0, Depth.QUICK: 5, Depth.STANDARD: 100, Depth.THOROUGH: 1000}[self]


FROM_INSIDE = replace(
    OWN,
    phrase="with Authorization: Basic … and X-Forwarded-For: 127.0.0.1",
    fields=(
        *OWN.fields,
        ("Authorization", "Basic YWRtaW46YWRtaW4="),  # admin:admin
        ("X-Forwarded-For", "127.0.0.1"),
    ),
)
"""A request that some servers take for one of an administrator, or of their own network."""

CACHE_PROBES: tuple[dict[str, Value], ...] = tuple(
    {name: state}
    for name in ("api_key", "api_user", "task", "user")
    for state in (State.UNKNOWN, *EMPTY)
)
"""What a cache may forget to compare."""

TEXTS_TOGETHER = 5
"""Rare characters that are sent in one value."""

PREFLIGHT = 50
"""The turn of the documented call that is repeated to see whether its response stays the same."""

COLD_CACHE_REPEAT = 100
"""The turn of the invalid calls that are sent before any valid one."""

FIRST_CONTROL_REPEAT = 1000
"""The first turn of control calls."""

REPEATED = 10_000
"""The first turn of calls that are repeated to see whether they fail again."""

LANGUAGES = ("de-DE,de;q=0.9", "ar", "fr-FR,fr;q=0.9", "tr", "th", "ja", "hi", "en-GB")
"""Languages in which numbers and dates are written otherwise than in the API docs."""

CHARSETS = ("iso-8859-1", "utf-16", "windows-1252", "utf-8")
"""Encodings that older clients accept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The cases of a run, for as many customers as the operator has named."""

    depth: Depth
    customers: int
    formats: tuple[Format, ...] = tuple(Format)
    """The formats that share calls: what one of them has shown is sent once, not in each."""

    @property
    def sampled_customers(self) -> range:
        """The customers that calls are spread over, the first of them always among them."""
        return range(self.customers if self.depth is Depth.THOROUGH else min(self.customers, 3))

    def share(self, format: Format, items: Sequence[Item]) -> list[Item]:
        """Return the part of these that falls to this format: the formats take turns.

        What fails in one format is sent in the others when it is judged. A thorough run sends all
        of them in each format.
        """
        if self.depth is Depth.THOROUGH:
            return list(items)
        return list(items[self.formats.index(format) :: len(self.formats)])

    def share_at_quick(self, format: Format, items: Sequence[Item]) -> list[Item]:
        """Return the part of these that falls to this format at `quick`; otherwise all."""
        return self.share(format, items) if self.depth is Depth.QUICK else list(items)

    def documented(self, format: Format, turn: int = 0) -> list[Case]:
        """The documented call, for each customer."""
        return [Case(format, customer=who, repeat=turn) for who in range(self.customers)]

    def plainest_invalid(self, format: Format) -> list[Case]:
        """No task, no user, and an unknown user: nothing that could lock an account."""
        states = (("task", State.MISSING), ("user", State.MISSING), ("user", State.UNKNOWN))
        return [_with(Case(format), {name: state}) for name, state in states]

    def beside(self, format: Format) -> list[Case]:
        """The documented call again, each parameter unknown, and none: they show why it fails."""
        unknown: list[dict[str, Value]] = [{name: State.UNKNOWN} for name in PARAMETERS]
        missing: dict[str, Value] = dict.fromkeys(PARAMETERS, State.MISSING)
        changed = [_with(Case(format), states) for states in (*unknown, missing)]
        return [Case(format, repeat=PREFLIGHT), *changed]

    def single(self, format: Format, parameter: str, states: Sequence[State]) -> list[Case]:
        """One parameter in each of these states, the others valid.

        It is missing, empty and unknown for several customers. Otherwise the customers take turns,
        each format with another one of them; mutations of `user` are sent for the first as well.
        """
        return [
            _with(Case(format, customer=who), {parameter: state})
            for state in states
            for who in self._customers_for(parameter, state, format)
        ]

    def _customers_for(self, parameter: str, state: State, format: Format) -> Sequence[int]:
        sampled = self.sampled_customers
        if state is State.UNKNOWN and (parameter == "user" or self.depth is not Depth.QUICK):
            return range(self.customers)
        if state is State.FOREIGN:
            return [0]
        if state in (*EMPTY, State.UNKNOWN):
            return sampled[:1] if self.depth is Depth.QUICK else sampled
        if self.depth is Depth.THOROUGH:
            return sampled
        place, turn = list(State).index(state), self.formats.index(format)
        if self.depth is Depth.QUICK and place % len(self.formats) != turn:
            return []
        who = sampled[(place // 2 + turn) % len(sampled)]
        if parameter == "user":
            return [0] if self.depth is Depth.QUICK else sorted({0, who})
        return [who]

    def singles(self, format: Format) -> list[Case]:
        """Each parameter in each of its states."""
        cases = self.single(format, "task", LENIENT)
        for name in PARAMETERS:
            cases += self.single(format, name, (*EMPTY, *COMMON_INVALID[name]))
            cases += self.near_misses(format, name)
            cases += self.operators(format, name)
        return cases

    def near_misses(self, format: Format, parameter: str) -> list[Case]:
        """The rarer near misses of one parameter, written in various ways.

        Those of `user` are about the first customer: some are no near misses of an unusual name.
        """
        is_quick = self.depth is Depth.QUICK
        states = (QUICK_NEAR_MISSES if is_quick else NEAR_MISSES)[parameter]
        cases = [_with(Case(format), {parameter: state}) for state in states]
        customers = [0] if parameter == "user" else self.sampled_customers
        return varied(self.share(format, cases), customers)

    def operators(self, format: Format, parameter: str) -> list[Case]:
        """One parameter missing, and a wrong array or a database's operator in its place."""
        missing = _with(Case(format), {parameter: State.MISSING})
        another = UNREGISTERED[parameter]
        sent = [("", another), ("$ne", another), ("$gt", ""), ("$regex", ".*")]
        if self.depth is Depth.QUICK:
            del sent[2:]
        cases = [replace(missing, extra=((f"{parameter}[{op}]", value),)) for op, value in sent]
        return self.share(format, cases)

    def spellings(self, format: Format) -> list[Case]:
        """The key with white space before or behind it, and without its accents."""
        spaces = self.share(format, (State.SPACE_BEFORE, State.SPACE_AFTER))
        return [_with(Case(format), {"api_key": s}) for s in (*spaces, State.WITHOUT_ACCENTS)]

    def detours(self, format: Format) -> list[Case]:
        """Wrong credentials and a foreign customer in calls that might get around the check.

        The two formats take turns with what does not depend on the format.
        """
        wrong_key, foreign = Case(format, api_key=State.UNKNOWN), Case(format, user=State.FOREIGN)
        one, other = (wrong_key, foreign) if format is Format.JSON else (foreign, wrong_key)
        second = self.sampled_customers[:2][-1]
        orders = [_turned(PARAMETERS, by) for by in range(1, 4)] + [PARAMETERS[::-1]]
        written = (Encoding.PLAIN, Encoding.NAMES, Encoding.VALUES, Encoding.PLAIN)
        turned = [
            replace(case, order=order, encoding=encoding, customer=who)
            for order, encoding, case, who in zip(
                orders, written, (one, other, one, other), (0, 0, second, second), strict=True
            )
        ]
        return [
            replace(one, extra=UNLOCKING[:1], customer=second),
            replace(other, extra=UNLOCKING),
            *turned,
            replace(other, encoding=Encoding.VALUES),
            replace(wrong_key, repeated_parameters=(("api_key", State.UNKNOWN),)),
            replace(one, profile=FROM_INSIDE),
            Case(format, api_key=State.MISSING, profile=FROM_INSIDE),
            Case(format, api_key=State.MISSING, extra=(("api_key[0]", UNREGISTERED["api_key"]),)),
            *(_with(Case(format), {"api_key": key}) for key in self.share(format, DEFAULT_KEYS)),
            *self.cut_at_nul(format),
        ]

    def cut_at_nul(self, format: Format) -> list[Case]:
        """A valid value, a NUL and more: some readers stop there. The formats take turns."""
        names = self.share(format, PARAMETERS)
        turns = [_turned(PARAMETERS, PARAMETERS.index(name) + 1) for name in names]
        return [Case(format, order=order, around=("", "%00x")) for order in turns]

    def separators(self, format: Format) -> list[Case]:
        """Stray separators before, between and behind parameters, which mean nothing."""
        return [Case(format, around=("&", "&&"))]

    def malformed(self, format: Format) -> list[Case]:
        """What may be refused in any way: the formats take turns."""
        no_user, no_task = Case(format, user=State.MISSING), Case(format, task=State.MISSING)
        cases = [
            replace(no_user, around=("", "&user=%ff")),
            replace(no_user, around=("", "&user=%zz")),
            Case(format, around=("", "&x")),
            replace(no_user, around=("", "&user=%00")),
            Case(format, extra=(("user[]", UNREGISTERED["user"]),)),
            replace(no_task, around=("", "&task")),
        ]
        return self.share(format, cases)

    def header_injections(self, format: Format) -> list[Case]:
        """A value with line ends in it, and a header and a cookie behind them."""
        return [
            _with(Case(format, around=("", f"&{name}={INJECTED}")), {name: State.MISSING})
            for name in self.share(format, ("user", "task"))
        ]

    def unreadable(self, format: Format) -> list[Case]:
        """Calls in which the only value of a parameter can hardly be read."""
        return [*self.malformed(format), *self.header_injections(format)]

    def detours_by_post(self, format: Format) -> list[Case]:
        """The same as forms, for where a valid form is accepted."""
        form = Case(format, method="POST")
        return [replace(form, api_key=State.UNKNOWN), replace(form, user=State.FOREIGN)]

    def foreign_beside_own(self, format: Format) -> list[Case]:
        """A customer's name and a foreign one's in one call, in either order."""
        own, foreign = ("user", State.VALID), ("user", State.FOREIGN)
        return [
            Case(format, repeated_parameters=(foreign,)),
            Case(format, user=State.FOREIGN, repeated_parameters=(own,)),
        ]

    def combined(self, format: Format) -> list[Case]:
        """Two or more parameters wrong."""
        if self.depth is Depth.QUICK:
            rows, pairs = self.share(format, list(same_state(EMPTY[:1], (2, 3, 4)))), []
        elif self.depth is Depth.STANDARD:
            rows = list(same_state((*EMPTY, State.UNKNOWN), (3, 4)))
            two = list(pairs_of_kinds())
            plain, rest = list(filter(is_plain, two)), list(filterfalse(is_plain, two))
            pairs = [*plain, *self.share(format, rest)]
        else:
            rows, pairs = [*pairs_of_states(), *every_kind()], []
        rows.append({"api_user": State.KEY, "api_key": State.OWN_NAME})
        if self.depth is not Depth.QUICK:
            rows += self.share(format, FOREIGN_AND_INVALID)
        who = cycle(self.sampled_customers)
        cases = [_with(Case(format, customer=next(who)), row) for row in rows]
        cases += varied((_with(Case(format), row) for row in pairs), self.sampled_customers)
        return [case for case in dict.fromkeys(cases) if len(case.invalid) > 1]

    def orders(self, format: Format) -> list[Case]:
        """The four parameters in every order; at the least, each in each place."""
        orders = list(permutations(PARAMETERS))
        if self.depth is Depth.QUICK:
            turned = [_turned(PARAMETERS, by) for by in range(4)]
            orders = [*turned, *(order[::-1] for order in turned)]
        who = cycle(self.sampled_customers)
        return [
            Case(format, order=order, customer=next(who)) for order in self.share(format, orders)
        ]

    def encodings(self, format: Format) -> list[Case]:
        """Valid calls, written otherwise."""
        written = [encoding for encoding in Encoding if encoding is not Encoding.PLAIN]
        who = cycle(self.sampled_customers)
        if self.depth is Depth.QUICK:
            return [
                Case(format, encoding=encoding, customer=next(who))
                for encoding in self.share(format, written)
            ]
        return [
            Case(format, encoding=encoding, customer=customer)
            for encoding, customer in product(written, self.sampled_customers)
        ]

    def texts(self, format: Format) -> list[Case]:
        """Each special text as the value of each parameter.

        Errors repeat `user` most of all, and each format writes it otherwise: both send it. Of the
        other parameters, a format sends rare characters together, if the other sends them alone.
        """
        users = [_with(Case(format), {"user": Text(text)}) for text in SPECIAL_TEXTS]
        if self.depth is Depth.QUICK:
            return self.share(format, users)
        others = [name for name in PARAMETERS if name != "user"]
        shared = self.share(format, list(product(others, SPECIAL_TEXTS)))
        combined = [
            (name, "".join(texts))
            for name in others
            for texts in _batches([text for text in RARE_TEXTS if (name, text) not in shared])
        ]
        rest = [_with(Case(format), {name: Text(text)}) for name, text in (*shared, *combined)]
        return [*users, *rest]

    def undocumented(self, format: Format) -> list[Case]:
        """Valid calls with undocumented parameters."""
        return self.share_at_quick(format, [Case(format, extra=extra) for extra in UNDOCUMENTED])

    def repeated_parameters(self, format: Format) -> list[Case]:
        """Each parameter sent twice: the same, another value, and nothing."""
        states = [State.UNKNOWN, State.EMPTY]
        if self.depth is not Depth.QUICK:
            states.append(State.VALID)
        cases = [
            Case(format, repeated_parameters=((name, state),))
            for name in PARAMETERS
            for state in states
        ]
        return self.share(format, cases)

    def arrays(self, format: Format) -> list[Case]:
        """Each parameter sent as `name[]`, all of them, and as `name[operator]`."""
        lists = self.share(format, [Case(format, arrays=(name,)) for name in PARAMETERS])
        operators = [case for name in PARAMETERS for case in self.operators(format, name)]
        return [*lists, Case(format, arrays=PARAMETERS), *operators]

    def post(self, format: Format) -> list[Case]:
        """The documented call as POST."""
        return [Case(format, method="POST")]

    def clients(self, format: Format) -> list[Case]:
        """The documented call as each client sends it, and with one field changed at a time.

        One error goes with them: a call without `task` counts for no lockout.
        """
        number = {Depth.QUICK: 1, Depth.THOROUGH: len(LANGUAGES)}.get(self.depth, 2)
        languages = LANGUAGES[:number]
        clients, accepting = list(profiles().values()), list(map(own_with, accepts(format)))
        other = (own_with(Change("Accept-Language", one)) for one in languages)
        valid = [*clients, *accepting, *other]
        invalid = [] if self.depth is Depth.QUICK else [*self.share(format, clients), *accepting]
        return [
            *(Case(format, profile=profile) for profile in valid),
            *(Case(format, task=State.MISSING, profile=profile) for profile in invalid),
        ]

    def charsets(self, format: Format, customer: int) -> list[Case]:
        """The documented call with Accept-Charset, about a customer whose package shows it."""
        charsets = CHARSETS if self.depth is Depth.THOROUGH else CHARSETS[:1]
        heads = [own_with(Change("Accept-Charset", one)) for one in charsets]
        return [Case(format, customer=customer, profile=profile) for profile in heads]

    def cookies(self, format: Format) -> list[Case]:
        """Calls with the cookies of an earlier one: valid, and with invalid credentials."""
        states: list[dict[str, Value]] = [
            {},
            {"api_key": State.UNKNOWN},
            {"api_key": State.MISSING},
            {"api_user": State.MISSING, "api_key": State.MISSING},
        ]
        return [_with(Case(format, cookies=True), changed) for changed in states]

    def head(self, format: Format) -> list[Case]:
        """The documented call as HEAD. The connection ends with it: a body may follow in error."""
        closing = own_with(Change("Connection", "close"))
        return [Case(format, method="HEAD", profile=closing)]

    def repeated_calls(self, format: Format) -> list[list[Case]]:
        """Some invalid calls, each sent three times, or twice."""
        turns = 2 if self.depth is Depth.QUICK else 3
        alone = product(("task", "user", "api_key"), (State.MISSING, State.UNKNOWN))
        wrong: list[dict[str, Value]] = [{name: state} for name, state in alone]
        wrong.append(dict.fromkeys(PARAMETERS, State.MISSING))
        cases = [_with(Case(format), states) for states in wrong]
        return [
            [replace(case, repeat=turn) for turn in range(turns)]
            for case in self.share_at_quick(format, cases)
        ]

    def cold_cache_probes(self, format: Format) -> list[Case]:
        """Invalid calls for the last customer, to be sent before any valid one: at once.

        Nothing has been remembered of it then. With one customer there is none to spare. The
        formats take turns with the credentials: few failed logins must not lock the account.
        """
        if self.customers < 2:
            return []
        last = Case(format, customer=self.customers - 1, repeat=COLD_CACHE_REPEAT)
        cases = [_with(last, change) for change in self._cache_changes(format)]
        if self.depth is Depth.QUICK:
            return cases
        logins = [case for case in cases if {"api_user", "api_key"} & {*case.invalid}]
        left_out = logins[1 - list(Format).index(format) :: len(Format)]
        return [case for case in cases if case not in left_out]

    def _cache_changes(self, format: Format) -> Sequence[dict[str, Value]]:
        if self.depth is not Depth.QUICK:
            return CACHE_PROBES
        return self.share(format, [one for one in CACHE_PROBES if State.EMPTY not in one.values()])

    def cache_probes(self, format: Format) -> list[Case]:
        """Valid calls for the last customer, each followed by an invalid one: sent one by one."""
        cases: list[Case] = []
        changes = self._cache_changes(format)
        for turn, change in enumerate(changes, start=COLD_CACHE_REPEAT + 1):
            right = Case(format, customer=self.customers - 1, repeat=turn)
            cases += [right, _with(right, change)]
        return [*cases, replace(cases[0], repeat=COLD_CACHE_REPEAT + len(cases))]

    def alternating_formats(self, customer: int, *, again: bool = False) -> list[Case]:
        """One customer in both formats by turns, perhaps once more: sent one by one."""
        formats = islice(
            cycle((Format.JSON, Format.XML)), 7 if customer in self.sampled_customers else 4
        )
        first = 250 if again else 200
        return [
            Case(format, customer=customer, repeat=i) for i, format in enumerate(formats, first)
        ]

    def rereadings(self, customer: int) -> list[Case]:
        """One customer in both formats by turns, often enough to see which counts waver."""
        formats = islice(cycle((Format.JSON, Format.XML)), 32)
        return [Case(format, customer=customer, repeat=i) for i, format in enumerate(formats, 600)]

    def round_robin(self, format: Format) -> list[Case]:
        """Each customer, the first again after each, and the others once more: one by one.

        So each is read between two readings of each that comes before it.
        """
        others = range(1, self.customers)
        order = [0, *(who for other in others for who in (other, 0)), *others]
        return [Case(format, customer=who, repeat=300 + i) for i, who in enumerate(order)]

    def concurrent_mix(self, format: Format) -> list[Case]:
        """Calls for different customers, valid and invalid, in both formats: sent at once."""
        other = Format.XML if format is Format.JSON else Format.JSON
        wrong: tuple[dict[str, Value], ...] = (
            {"user": State.UNKNOWN},
            {"api_key": State.UNKNOWN},
            {"task": State.MISSING},
            {"user": State.PREFIX},
        )
        size = 12 if self.depth is Depth.QUICK else 52
        cases = []
        for turn, who in zip(range(400, 400 + size), cycle(range(self.customers)), strict=False):
            right = Case(format if turn % 5 else other, customer=who, repeat=turn)
            cases += [right, _with(right, wrong[turn % 4])] if turn % 3 == 0 else [right]
        return cases


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield some of these at a time."""
    for first in range(0, len(texts), TEXTS_TOGETHER):
        yield texts[first : first + TEXTS_TOGETHER]


def _with(case: Case, states: dict[str, Value]) -> Case:
    # `replace` is typed for all the fields of Case, of which the parameters are four
    return replace(case, **cast("dict[str, Any]", states))


def _turned(order: tuple[str, ...], by: int) -> tuple[str, ...]:
    return order[by:] + order[:by]
