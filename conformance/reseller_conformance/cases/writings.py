"""The same call written otherwise: order, encoding, separators, more parameters, other clients.

`plan` has the calls with invalid values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle, permutations, product

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import UNREGISTERED, State, Value
from reseller_conformance.cases.profiles import Change, accepts, own_with, profiles
from reseller_conformance.cases.sequences import Sequences, rotated, with_states
from reseller_conformance.cases.texts import UNDOCUMENTED
from reseller_conformance.contract import PARAMETERS, Format

__all__ = ["Writings"]

LANGUAGES = ("de-DE,de;q=0.9", "ar-SA,ar;q=0.9", "fr-FR,fr;q=0.9", "tr", "th", "ja", "hi", "en-GB")
"""Languages in which numbers and dates are written otherwise than in the API docs.

Saudi Arabia has digits and a calendar of its own, where a library formats by region.
"""

MISSTATED: tuple[dict[str, Value], ...] = (
    {"api_user": State.UNKNOWN},
    {"api_key": State.EMPTY},
    {"api_user": State.MISSING},
    {"api_user": State.EMPTY, "api_key": State.EMPTY},
    {"user": State.MISSING},
    {"user": State.FOREIGN},
)
"""What a session that is kept in a cookie might not need, or not check."""

CHARSETS = ("iso-8859-1", "utf-16", "windows-1252", "utf-8")
"""Encodings that older clients accept."""


@dataclass(frozen=True, slots=True)
class Writings(Sequences):
    """The cases of a run in which the request is written otherwise."""

    def orders(self, format: Format) -> list[Case]:
        """The four parameters in every order; at the least, each in each place."""
        orders = list(permutations(PARAMETERS))
        if self.depth is Depth.QUICK:
            turned = [rotated(PARAMETERS, by) for by in range(4)]
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
        cases = [
            Case(format, encoding=encoding, customer=customer)
            for encoding, customer in product(written, self.sampled_customers)
        ]
        return self.share(format, cases)

    def undocumented(self, format: Format) -> list[Case]:
        """Valid calls with undocumented parameters, in each format about another customer.

        A number such as `id=1` may name the first one.
        """
        *_, other = self.sampled_customers[:2]
        who = other if format is self.formats[0] else 0
        cases = [Case(format, extra=extra, customer=who) for extra in UNDOCUMENTED]
        return self.share_at_quick(format, cases)

    def repeated_parameters(self, format: Format) -> list[Case]:
        """Each parameter sent twice: with another value, with nothing, and two other values.

        Only `user` is sent twice with the same value: it may become a list like any other.
        """
        valid, unknown = State.VALID, State.UNKNOWN
        states = [(valid, unknown), (valid, State.EMPTY)]
        same = []
        if self.depth is not Depth.QUICK:
            states.append((unknown, unknown))
            same.append(Case(format, repeated_parameters=(("user", valid),)))
        cases = [
            with_states(Case(format, repeated_parameters=((name, second),)), {name: first})
            for name in PARAMETERS
            for first, second in states
        ]
        return self.share(format, [*cases, *same])

    def operators(self, format: Format, parameter: str) -> list[Case]:
        """One parameter missing, and a wrong array or a database's operator in its place."""
        missing = with_states(Case(format), {parameter: State.MISSING})
        another = UNREGISTERED[parameter]
        sent = [
            {"": another},
            {"$ne": another},
            {"0": another, "a": another},
            # a database that reads one operator reads all of them together
            {"$gt": "", "$regex": ".*", "$exists": "true"},
        ]
        if self.depth is Depth.QUICK:
            del sent[2:]
        cases = [
            replace(missing, extra=tuple((f"{parameter}[{key}]", one[key]) for key in one))
            for one in sent
        ]
        return self.share(format, cases)

    def arrays(self, format: Format) -> list[Case]:
        """Each parameter sent as `name[]`, all of them, and as `name[operator]`."""
        arrays = [*((name,) for name in PARAMETERS), PARAMETERS]
        lists = self.share(format, [Case(format, arrays=names) for names in arrays])
        operators = [case for name in PARAMETERS for case in self.operators(format, name)]
        return [*lists, *operators]

    def separators(self, format: Format) -> list[Case]:
        """Stray separators before, between and behind parameters, which mean nothing."""
        return [Case(format, around=("&", "&&"))]

    def post(self, format: Format) -> list[Case]:
        """The documented call as POST."""
        return [Case(format, method="POST")]

    def clients(self, format: Format) -> list[Case]:
        """The documented call as each client sends it, and with one field changed at a time.

        One error goes with each: a wrong `api_key`, and a foreign or no `user`, by turns.
        """
        number = {Depth.QUICK: 1, Depth.THOROUGH: len(LANGUAGES)}.get(self.depth, 2)
        languages = LANGUAGES[:number]
        clients, accepting = list(profiles().values()), list(map(own_with, accepts(format)))
        other = (own_with(Change("Accept-Language", one)) for one in languages)
        valid = [*clients, *accepting, *other]
        cases = [Case(format, profile=profile) for profile in valid]
        if self.depth is Depth.QUICK:
            return cases
        wrong_key, no_task = Case(format, api_key=State.UNKNOWN), Case(format, task=State.MISSING)
        foreign, no_user = Case(format, user=State.FOREIGN), Case(format, user=State.MISSING)
        by_turns = [wrong_key, foreign, wrong_key, no_user]
        if format is not self.formats[0]:
            by_turns = [no_user, wrong_key, foreign, wrong_key]
        errors = [
            *zip(self.share(format, clients), cycle(by_turns), strict=False),
            *((profile, no_task) for profile in accepting),
        ]
        return [*cases, *(replace(case, profile=profile) for profile, case in errors)]

    def charsets(self, format: Format, customer: int) -> list[Case]:
        """The documented call with Accept-Charset, about a customer whose package shows it."""
        charsets = CHARSETS if self.depth is Depth.THOROUGH else CHARSETS[:1]
        heads = [own_with(Change("Accept-Charset", one)) for one in charsets]
        return [Case(format, customer=customer, profile=profile) for profile in heads]

    def cookies(self, format: Format) -> list[Case]:
        """Calls with the first customer's cookies: with invalid credentials, and about another."""
        *_, other = self.sampled_customers[:2]
        states: list[dict[str, Value]] = [
            {"api_key": State.UNKNOWN},
            {"api_key": State.MISSING},
            {"api_user": State.MISSING, "api_key": State.MISSING},
            *self.share(format, MISSTATED),
        ]
        case = Case(format, cookies=True)
        return [replace(case, customer=other), *(with_states(case, changed) for changed in states)]

    def head(self, format: Format) -> list[Case]:
        """The documented call as HEAD. The connection ends with it: a body may follow in error."""
        closing = own_with(Change("Connection", "close"))
        return [Case(format, method="HEAD", profile=closing)]
