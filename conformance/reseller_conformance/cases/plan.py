"""Which calls a run makes: every state of every parameter, then combinations, orders, texts.

Each function returns the cases for one question of the specification. `stages` has their order,
`sequences` the calls whose number matters, `writings` those that are written otherwise, and
`strategies` what Hypothesis adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, filterfalse, product

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.combinations import (
    FOREIGN_AND_INVALID,
    every_kind,
    is_plain,
    mixed_states,
    pairs_of_kinds,
    pairs_of_states,
    same_state,
)
from reseller_conformance.cases.depth import Depth
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
from reseller_conformance.cases.profiles import OWN
from reseller_conformance.cases.sequences import PREFLIGHT, rotated, with_states
from reseller_conformance.cases.texts import (
    CUT_OR_DROPPED,
    INJECTION_IN_GBK,
    LINE_END,
    RARE_TEXTS,
    SPECIAL_TEXTS,
    SPOILED_TASKS,
    TAB,
    UNLOCKING,
)
from reseller_conformance.cases.variations import ORDERS, varied
from reseller_conformance.cases.writings import Writings
from reseller_conformance.contract import CREDENTIALS, PARAMETERS, Format

__all__ = ["Plan"]


FROM_INSIDE = replace(
    OWN,
    phrase="with Authorization: Basic … and X-Forwarded-For, X-Real-IP, Forwarded: 127.0.0.1",
    fields=(
        *OWN.fields,
        ("Authorization", "Basic YWRtaW46YWRtaW4="),  # admin:admin
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
    ),
)
"""A request that some servers take for one of an administrator, or of their own network."""

QUICK_INVALID_FORMS = (
    ("api_key", State.UNKNOWN),
    ("api_key", State.MISSING),
    ("user", State.FOREIGN),
    ("task", State.MISSING),
    ("user", State.MISSING),
    ("api_user", State.MISSING),
)
INVALID_FORMS = (
    *QUICK_INVALID_FORMS,
    ("task", State.UNKNOWN),
    ("user", State.UNKNOWN),
    ("api_user", State.UNKNOWN),
    ("api_key", State.EMPTY),
)
"""What is invalid in a form, one parameter each. The formats take turns with these."""

MISPLACED: tuple[dict[str, Value], ...] = (
    {"api_user": State.KEY, "api_key": State.OWN_NAME},
    {"api_user": State.PREFIX, "api_key": State.SHIFTED},
)
"""The name and the key exchanged, and with the boundary between them in another place."""

UNINTENDED_ACCOUNTS: tuple[dict[str, Value], ...] = (
    {"api_user": State.CONSTRUCTOR, "api_key": State.MISSING},
    {"api_user": Text("admin"), "api_key": State.KEY_ADMIN},
)
"""A name whose key is undefined in JavaScript, and an account as it is delivered."""

TEXTS_TOGETHER = 5
"""Rare characters that are sent in one value."""


@dataclass(frozen=True, slots=True)
class Plan(Writings):
    """The cases of a run, for as many customers as the operator has named."""

    def plainest_invalid(self, format: Format) -> list[Case]:
        """No task, no user, and an unknown user: nothing that could lock an account."""
        states = (("task", State.MISSING), ("user", State.MISSING), ("user", State.UNKNOWN))
        return [with_states(Case(format), {name: state}) for name, state in states]

    def beside(self, format: Format) -> list[Case]:
        """The documented call again, each parameter unknown, and none: they show why it fails."""
        unknown: list[dict[str, Value]] = [{name: State.UNKNOWN} for name in PARAMETERS]
        missing: dict[str, Value] = dict.fromkeys(PARAMETERS, State.MISSING)
        changed = [with_states(Case(format), states) for states in (*unknown, missing)]
        return [Case(format, repeat=PREFLIGHT), *changed]

    def single(self, format: Format, parameter: str, states: Sequence[State]) -> list[Case]:
        """One parameter in each of these states, the others valid.

        It is missing and empty for several customers, and unknown. For the first of them the call
        is written as in the API docs, for others otherwise. With other states the customers take
        turns, each format with another one; those of `user` are sent for the first as well.
        """
        cases = []
        for state in states:
            changed: dict[str, Value] = {parameter: state}
            if state not in EMPTY:
                customers = self._customers_for(parameter, state, format)
                cases += [with_states(Case(format, customer=who), changed) for who in customers]
                continue
            cases.append(with_states(Case(format), changed))
            if self.depth is not Depth.QUICK:
                others = self.sampled_customers[1:] or self.sampled_customers
                turn = PARAMETERS.index(parameter) + EMPTY.index(state)
                cases += [with_states(_otherwise(format, who, turn), changed) for who in others]
        return cases

    def _customers_for(self, parameter: str, state: State, format: Format) -> Sequence[int]:
        sampled = self.sampled_customers
        if state is State.UNKNOWN and (parameter == "user" or self.depth is not Depth.QUICK):
            return range(self.customers)
        if state is State.FOREIGN:
            return [0]
        if state is State.UNKNOWN:
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
        cases = [with_states(Case(format), {parameter: state}) for state in states]
        customers = [0] if parameter == "user" else self.sampled_customers
        return varied(self.share(format, cases), customers)

    def spellings(self, format: Format) -> list[Case]:
        """The key with white space before or behind it, and without its accents."""
        spaces = self.share(format, (State.SPACE_BEFORE, State.SPACE_AFTER))
        return [with_states(Case(format), {"api_key": s}) for s in (*spaces, State.WITHOUT_ACCENTS)]

    def detours(self, format: Format) -> list[Case]:
        """Wrong credentials and a foreign customer in calls that might get around the check.

        The two formats take turns with what does not depend on the format.
        """
        wrong_key, foreign = Case(format, api_key=State.UNKNOWN), Case(format, user=State.FOREIGN)
        one, other = (wrong_key, foreign) if format is Format.JSON else (foreign, wrong_key)
        second = self.sampled_customers[:2][-1]
        orders = [rotated(PARAMETERS, by) for by in range(1, 4)] + [PARAMETERS[::-1]]
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
            replace(other, encoding=Encoding.VALUES, around=("&", "&&")),
            *self.share(format, self._unusual_credentials(format)),
            replace(one, profile=FROM_INSIDE),
            Case(format, api_key=State.MISSING, profile=FROM_INSIDE),
            *(
                with_states(Case(format), {"api_key": key})
                for key in self.share(format, DEFAULT_KEYS)
            ),
            *self.hardly_readable(format),
        ]

    def _unusual_credentials(self, format: Format) -> list[Case]:
        """Two empty keys, a wrong key beside an array, keys with an index alone, names alone."""
        empty, another = ("api_key", State.EMPTY), UNREGISTERED["api_key"]
        indexed = (("api_key[0]", another), ("api_key[a]", another))
        return [
            Case(format, api_key=State.EMPTY, repeated_parameters=(empty,)),
            Case(format, api_key=State.UNKNOWN, extra=(("api_key[]", another),)),
            Case(format, api_key=State.MISSING, extra=indexed),
            *(_written_as(format, name) for name in CREDENTIALS),
        ]

    def hardly_readable(self, format: Format) -> list[Case]:
        """A valid value, and behind it what some readers cut or drop. The formats take turns."""
        written = [(rest, name) for rest in CUT_OR_DROPPED for name in PARAMETERS]
        written += [(TAB, "user"), (TAB, "api_key")]
        return [
            Case(format, order=rotated(PARAMETERS, PARAMETERS.index(name) + 1), around=("", rest))
            for rest, name in self.share(format, written)
        ]

    def malformed(self, format: Format) -> list[Case]:
        """What may be refused in any way: the formats take turns."""
        written = [
            "user=%ff",
            *(f"task={text}" for text in SPOILED_TASKS),
            *("task", "user"),
        ]
        if self.depth is not Depth.QUICK:
            written.append(f"user={INJECTION_IN_GBK}")
        brackets = Case(format, around=(f"user[]={UNREGISTERED['user']}&", ""))
        return self.share(format, [*(_written_as(format, text) for text in written), brackets])

    def header_injections(self, format: Format) -> list[Case]:
        """Line ends behind the valid value of each parameter, and a header and a cookie."""
        return [case for case in self.hardly_readable(format) if case.around[1] == LINE_END]

    def detours_by_post(self, format: Format) -> list[Case]:
        """Invalid forms, for servers that accept a valid form."""
        forms = QUICK_INVALID_FORMS if self.depth is Depth.QUICK else INVALID_FORMS
        form = Case(format, method="POST")
        return [with_states(form, {name: s}) for name, s in self.share(format, forms)]

    def foreign_beside_own(self, format: Format) -> list[Case]:
        """A customer's name and a foreign one's in one call, in either order, and as an array."""
        own, foreign = ("user", State.VALID), ("user", State.FOREIGN)
        before = Case(format, user=State.FOREIGN, repeated_parameters=(own,))
        arrays = [] if self.depth is Depth.QUICK else [replace(before, arrays=("user",))]
        return [Case(format, repeated_parameters=(foreign,)), before, *arrays]

    def combined(self, format: Format) -> list[Case]:
        """Two or more parameters wrong."""
        if self.depth is Depth.QUICK:
            rows, pairs = self.share(format, list(same_state(EMPTY[:1], (2, 3, 4)))), []
        elif self.depth is Depth.STANDARD:
            states = (*EMPTY, State.UNKNOWN)
            rows = self.share(format, [*same_state(states, (3, 4)), *mixed_states(states)])
            two = list(pairs_of_kinds())
            plain, rest = list(filter(is_plain, two)), list(filterfalse(is_plain, two))
            pairs = [*plain, *self.share(format, rest)]
        else:
            rows, pairs = [*pairs_of_states(), *every_kind()], []
        rows += self.share(format, MISPLACED)
        if self.depth is not Depth.QUICK:
            rows += self.share(format, [*FOREIGN_AND_INVALID, *UNINTENDED_ACCOUNTS])
        who = cycle(self.sampled_customers)
        cases = [with_states(Case(format, customer=next(who)), row) for row in rows]
        cases += varied((with_states(Case(format), row) for row in pairs), self.sampled_customers)
        return [case for case in dict.fromkeys(cases) if len(case.invalid) > 1]

    def texts(self, format: Format) -> list[Case]:
        """Each special text as the value of each parameter.

        Errors repeat `user` most of all, and each format writes it otherwise: both send it. Of the
        other parameters, a format sends rare characters together, if the other sends them alone.
        """
        users = [with_states(Case(format), {"user": Text(text)}) for text in SPECIAL_TEXTS]
        if self.depth is Depth.QUICK:
            return self.share(format, users)
        others = [name for name in PARAMETERS if name != "user"]
        shared = self.share(format, list(product(others, SPECIAL_TEXTS)))
        combined = [
            (name, "".join(texts))
            for name in others
            for texts in _batches([text for text in RARE_TEXTS if (name, text) not in shared])
        ]
        rest = [
            with_states(Case(format), {name: Text(text)}) for name, text in (*shared, *combined)
        ]
        return [*users, *rest]


def _written_as(format: Format, text: str) -> Case:
    """Return a call in which one parameter is written as this text: `name=value` or `name`."""
    name = text.partition("=")[0]
    return with_states(Case(format, around=("", f"&{text}")), {name: State.MISSING})


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield some of these at a time."""
    for first in range(0, len(texts), TEXTS_TOGETHER):
        yield texts[first : first + TEXTS_TOGETHER]


def _otherwise(format: Format, customer: int, turn: int) -> Case:
    """Return a call in another order, with `%40` for `@` and with undocumented parameters."""
    order = ORDERS[1 + turn % (len(ORDERS) - 1)]
    return Case(format, customer=customer, order=order, encoding=Encoding.VALUES, extra=UNLOCKING)
