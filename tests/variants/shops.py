"""Accounts for the variants made from the reference: other names, keys and values.

The module of each topic serves them. Implementations written from scratch have their own accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reseller_conformance.reference import Accounts, read_accounts

__all__ = ["ACCENTED", "DEFAULT", "LATIN", "Shop", "customer", "shop"]

FOREIGN_RESELLER = "another-reseller"

Customer = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Shop:
    """A reseller with customers, of which a run names some."""

    accounts: Accounts
    customers: tuple[str, ...]

    @property
    def words(self) -> tuple[str, str, tuple[str, ...], str | None]:
        """The reseller, its key, its customers, and a customer of another reseller."""
        first = self.accounts.resellers[0]
        return first.api_user, first.api_key, self.customers, self.accounts.foreign


def customer(user: str, **changed: object) -> Customer:
    """Return a customer with plain values, except the given ones."""
    number = sum(user.encode()) % 997
    return {
        "user": user,
        "reputation": number % 101,
        "requests": 40_000 + number,
        "package": f"Package {number}",
        "credits_allowed": 30_000,
        "credits_used": 29_000 + 3 * number,
        "billing_start_date": "2013-03-05",
        "billing_end_date": "2013-04-04",
        "billing_process_date": "2013-04-05",
        **changed,
    }


def shop(
    api_user: str,
    api_key: str,
    *customers: Customer,
    foreign: str | None = "not-yours@elsewhere.example",
    named: int | None = None,
) -> Shop:
    """Return a shop. A run names the first `named` customers, or all."""
    resellers: list[object] = [
        {"api_user": api_user, "api_key": api_key, "customers": list(customers)}
    ]
    if foreign is not None:
        theirs = {"api_key": "Nobody-Knows-7", "customers": [customer(foreign)]}
        resellers.append({"api_user": FOREIGN_RESELLER, **theirs})
    names = tuple(str(known["user"]) for known in customers[:named])
    return Shop(read_accounts({"resellers": resellers}), names)


DEFAULT = shop(
    "lighthouse",
    "Keeper-of-the-Lamp-9",
    customer("ann@island.example"),
    customer("bob@island.example", package="Gold & Silver <Package>"),
)

LATIN = shop(
    "épicerie",
    "Crème-Brûlée-12",
    customer("zoë@café.example", package="Forfait « Été » à 9 ½"),
    customer("jörg@straße.example", package="Größe XL, ñandú"),
)
"""ISO-8859-1 contains all of its characters."""

ACCENTED = shop(
    "épicerie",
    "Crème-Brûlée-12",
    customer("zoë@café.example", package="Œuvre à 9 € – “Š”"),
    customer("анна@почта.example", package="Пакет «Серебро» 漢字 𝄞"),
)
"""Some of its characters are in windows-1252 or ISO-8859-15 only, some in Unicode only."""
