"""Resellers and their customers' accounts, as values and as read from a JSON file.

`accounts.json` beside this module is the default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from reseller_conformance.contract import FIELDS, Kind
from reseller_conformance.util.notation import outlined

__all__ = [
    "Account",
    "Accounts",
    "AccountsError",
    "Reseller",
    "account_rows",
    "accounts_text",
    "load_accounts",
    "read_accounts",
]

_DERIVED = ("credits_remain", "credits_overage")

_COUNT = re.compile(r"0|[1-9][0-9]{0,999}")

# Text that both formats can carry. XML 1.0 (2.2) excludes control characters and noncharacters.
_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


class AccountsError(ValueError):
    """The accounts file cannot be used. The message is one line that ends in the invalid value."""


@dataclass(frozen=True, slots=True)
class Account:
    """One customer's account: the name, and the ten fields in the order of the API docs."""

    user: str
    reputation: int
    requests: int
    package: str
    credits_allowed: int
    credits_used: int
    credits_remain: int
    credits_overage: int
    billing_start_date: date
    billing_end_date: date
    billing_process_date: date


@dataclass(frozen=True, slots=True)
class Reseller:
    """One reseller: the credentials, and the customers registered under them."""

    api_user: str
    api_key: str = field(repr=False)
    customers: tuple[Account, ...]

    def customer(self, user: str) -> Account | None:
        """Return the account registered under exactly this name, or None."""
        return next((account for account in self.customers if account.user == user), None)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All resellers. A run against the reference uses the credentials of the first."""

    resellers: tuple[Reseller, ...]

    def reseller(self, api_user: str) -> Reseller | None:
        """Return the reseller with exactly this name, or None."""
        return next((known for known in self.resellers if known.api_user == api_user), None)

    @property
    def foreign(self) -> str | None:
        """A customer of another reseller who is not a customer of the first.

        None if there is none.
        """
        first, *others = self.resellers
        names = (account.user for reseller in others for account in reseller.customers)
        return next((name for name in names if first.customer(name) is None), None)


def load_accounts(path: str | Path | None = None) -> Accounts:
    """Read an accounts file, by default the package's own.

    Raises AccountsError if the file is missing, is not JSON in UTF-8, or has invalid values.
    """
    source = resources.files(__package__) / "accounts.json" if path is None else Path(path)
    try:
        # Editors on Windows write a byte order mark.
        text = source.read_text("utf-8-sig")
    except OSError as problem:
        raise AccountsError(f"cannot read the accounts file, {problem.strerror}: {path}") from None
    except UnicodeDecodeError:
        raise AccountsError(f"the accounts file is not in UTF-8: {path}") from None
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except AccountsError:
        raise
    except RecursionError:
        raise AccountsError(f"the accounts file is nested too deeply: {path}") from None
    except ValueError as problem:
        raise AccountsError(f"the accounts file is not JSON ({problem}): {path}") from None
    try:
        return read_accounts(document)
    except AccountsError as problem:
        example = "print an example with: reseller-conformance accounts --json"
        raise AccountsError(
            f"the accounts file {path} cannot be used ({example}): {problem}"
        ) from None


def read_accounts(document: object) -> Accounts:
    """Build accounts from parsed JSON: `{"resellers": [{"api_user", "api_key", "customers"}]}`.

    A customer has `user` and the ten fields. `credits_remain` and `credits_overage` are optional:
    by default they are computed from the other two counts of credits. Raises AccountsError for the
    first invalid value.
    """
    entries = _members(document, "the accounts", ("resellers",))["resellers"]
    resellers = tuple(
        _reseller(entry, f"resellers[{place}]")
        for place, entry in enumerate(_listed(entries, "resellers"))
    )
    _distinct([reseller.api_user for reseller in resellers], "resellers", "api_user")
    return Accounts(resellers)


def _reseller(entry: object, where: str) -> Reseller:
    given = _members(entry, where, ("api_user", "api_key", "customers"))
    customers = tuple(
        _account(customer, f"{where}.customers[{place}]")
        for place, customer in enumerate(_listed(given["customers"], f"{where}.customers"))
    )
    _distinct([account.user for account in customers], f"{where}.customers", "user")
    key = given["api_key"]
    if not isinstance(key, str) or not _TEXT.fullmatch(key):
        raise AccountsError(f"{where} must have text without control characters as its api_key")
    return Reseller(_text(given["api_user"], f"{where}.api_user"), key, customers)


def _account(entry: object, where: str) -> Account:
    names = tuple(field.name for field in FIELDS if field.name not in _DERIVED)
    given = _members(entry, where, ("user", *names), _DERIVED)
    values: dict[str, Any] = {
        field.name: _READERS[field.kind](given[field.name], f"{where}.{field.name}")
        for field in FIELDS
        if field.name in given
    }
    left = values["credits_allowed"] - values["credits_used"]
    balance = {"credits_remain": max(left, 0), "credits_overage": max(-left, 0)}
    return Account(user=_text(given["user"], f"{where}.user"), **(balance | values))


def _text(value: object, where: str) -> str:
    if isinstance(value, str) and _TEXT.fullmatch(value):
        return value
    raise AccountsError(f"{where} must be text without control characters: {outlined(value)}")


def _count(value: object, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value)
    raise AccountsError(f"{where} must be a non-negative integer: {outlined(value)}")


def _date(value: object, where: str) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    # `fromisoformat` also accepts 20100830 and 2010-W35-1, which the API docs do not use.
    if day is None or day.isoformat() != value:
        raise AccountsError(f"{where} must be a date as YYYY-MM-DD: {outlined(value)}")
    return day


_READERS: Mapping[Kind, Callable[[object, str], Any]] = {
    Kind.COUNT: _count,
    Kind.DATE: _date,
    Kind.TEXT: _text,
}


def _members(
    value: object, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, object]:
    if not isinstance(value, dict):
        raise AccountsError(f"{where} must be an object: {outlined(value)}")
    for name in required:
        if name not in value:
            raise AccountsError(f"{where} must have the member: {name}")
    for name in value:
        if name not in required and name not in optional:
            raise AccountsError(f"{where} has an unknown member: {outlined(name)}")
    return value


def _listed(value: object, where: str) -> list[object]:
    if isinstance(value, list) and value:
        return value
    raise AccountsError(f"{where} must be a non-empty list: {outlined(value)}")


def _distinct(names: list[str], where: str, member: str) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise AccountsError(f"{where} must differ in their {member}: {outlined(name)}")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    _distinct([name for name, _ in pairs], "the members of an object", "name")
    return dict(pairs)


def accounts_text() -> str:
    """Return the package's own accounts file, which shows every kind of data."""
    return (resources.files(__package__) / "accounts.json").read_text("utf-8")


def account_rows() -> list[tuple[str, ...]]:
    """Return those accounts as a table: a row for each field, a column for each account."""
    accounts = [account for one in load_accounts().resellers for account in one.customers]
    users = ("user", *(account.user for account in accounts))
    names = [field.name for field in FIELDS]
    return [users, *((name, *(str(getattr(one, name)) for one in accounts)) for name in names)]
