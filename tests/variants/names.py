"""Customers whose names are near misses of one another, and lenient readers of names."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parseaddr

from reseller_conformance.reference import Account, Reference, Reseller
from variants.registry import composed
from variants.shops import Customer, Shop, customer, shop

__all__: list[str] = []


def named(*names: str, others: Iterable[str], **same: object) -> Shop:
    """Return a shop that has these customers, and others with similar names."""
    numbered = enumerate(dict.fromkeys([*names, *others]), 1)
    known: list[Customer] = [
        customer(name, **{"requests": 7 * number, "credits_used": 3 * number, **same})
        for number, name in numbered
    ]
    return shop("similar", "All-Names-Alike-7", *known, named=len(names))


NUMBERS = [str(number) for number in range(3001)]


@composed(
    "customers are numbers from 1 to 3000",
    shop=named("127", "1280", "12", others=NUMBERS),
)
class NamesAreNumbers(Reference):
    pass


@composed(
    "customers are client1 to client3000",
    shop=named("client12", "client345", others=[f"client{number}" for number in NUMBERS]),
)
class NamesEndInNumbers(Reference):
    pass


@composed(
    "customers are numbers with and without leading zeros",
    shop=named(
        "0012",
        "012",
        others=[f"{number:0{width}}" for width in range(1, 6) for number in range(100)],
    ),
)
class NamesHaveLeadingZeros(Reference):
    pass


@composed(
    "customers are numbers at a domain, and all are new: none has sent anything",
    shop=named(
        "12@a.example",
        others=[f"{number}@a.example" for number in NUMBERS[:200]],
        requests=0,
        credits_used=0,
    ),
)
class NamesOfNewCustomers(Reference):
    pass


@composed(
    "customers are words, and words within words",
    shop=named(
        "anna", others=["ann", "nna", "nn", "null", "all", "annaanna", "xanna", "annax", "annx"]
    ),
)
class NamesWithinNames(Reference):
    pass


@composed("`user` is read like a mail header", should=("rejects.user-address",))
class UserIsParsedAsAddress(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        return super().find_customer(reseller, parseaddr(user)[1])


@composed("angle brackets around `user` are removed", should=("rejects.user-address",))
class AngleBracketsTakenOff(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        bare = user[1:-1] if user[:1] + user[-1:] == "<>" else user
        return super().find_customer(reseller, bare)


@composed("a dot after the domain is ignored, as in DNS", should=("rejects.user-address",))
class DomainsMayEndInADot(Reference):
    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        return super().find_customer(reseller, user.removesuffix("."))
