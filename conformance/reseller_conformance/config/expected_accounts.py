"""Reads the values that the operator expects: `--expect FILE`, in the format of `serve --accounts`.

A value may be left out, and so may credentials, which are never read. A count or a date may be
a range, `{"min": …, "max": …}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from reseller_conformance.checks.expected import Expectations, Range
from reseller_conformance.contract import FIELDS, Field, Kind
from reseller_conformance.envelope import FieldValue
from reseller_conformance.util.notation import outlined

__all__ = ["ExpectedAccountsError", "load_expectations"]

_IGNORED = {"api_user", "api_key"}
_FIELDS = {field.name: field for field in FIELDS}
_EXAMPLES = {
    Kind.COUNT: "a whole number",
    Kind.DATE: "a day written YYYY-MM-DD",
    Kind.TEXT: "a text",
}


class ExpectedAccountsError(ValueError):
    """The file cannot be used. The message is one line that ends in the offending value."""


def load_expectations(path: Path) -> Expectations:
    """Read the file. Raises ExpectedAccountsError if it is invalid."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as problem:
        raise ExpectedAccountsError(
            f"--expect cannot be read ({problem.strerror}): {path}"
        ) from None
    except (ValueError, RecursionError):
        raise ExpectedAccountsError(f"--expect is not JSON in UTF-8: {path}") from None
    try:
        return _expectations(document)
    except ExpectedAccountsError as problem:
        raise ExpectedAccountsError(f"--expect {path}: {problem}") from None


def _expectations(document: object) -> Expectations:
    if not isinstance(document, dict):
        raise _refused("", 'an object with "resellers" or "customers"', document)
    resellers = document.get("resellers", [document])
    if not isinstance(resellers, list):
        raise _refused("resellers", "a list", resellers)
    found: dict[str, Mapping[str, FieldValue | Range]] = {}
    for place, reseller in enumerate(resellers):
        where = f"resellers[{place}]" if "resellers" in document else ""
        for user, account in _customers(reseller, where):
            # the first reseller makes the calls; a later one may have a customer of the same name
            found.setdefault(user, account)
    return found


def _customers(reseller: object, where: str) -> list[tuple[str, Mapping[str, FieldValue | Range]]]:
    customers = _with(reseller, "customers", where)["customers"]
    place = f"{where}.customers".lstrip(".")
    if not isinstance(customers, list):
        raise _refused(place, "a list", customers)
    return [_account(entry, f"{place}[{at}]") for at, entry in enumerate(customers)]


def _with(value: object, name: str, where: str) -> dict[str, object]:
    """Return the object if it has this member."""
    if not isinstance(value, dict):
        raise _refused(where, f'an object with "{name}"', value)
    if name not in value:
        raise ExpectedAccountsError(f"{where or 'the file'} must have the member: {name}")
    return value


def _account(entry: object, where: str) -> tuple[str, Mapping[str, FieldValue | Range]]:
    given = _with(entry, "user", where)
    user = given["user"]
    if not isinstance(user, str):
        raise _refused(f"{where}.user", "a text", user)
    if unknown := given.keys() - _FIELDS.keys() - _IGNORED - {"user"}:
        raise ExpectedAccountsError(f"{where} has an unknown member: {min(unknown)}")
    values = {
        name: _value(field, given[name], f"{where}.{name}")
        for name, field in _FIELDS.items()
        if name in given
    }
    return user, values


def _value(field: Field, value: object, where: str) -> FieldValue | Range:
    if isinstance(value, dict) and field.kind is not Kind.TEXT:
        if not value or value.keys() - {"min", "max"}:
            raise _refused(where, '"min", "max" or both', value)
        ends = {name: _plain(field, end, f"{where}.{name}") for name, end in value.items()}
        lowest, highest = ends.get("min"), ends.get("max")
        return Range(_end(lowest), _end(highest))
    return _plain(field, value, where)


def _end(value: FieldValue | None) -> int | date | None:
    return value if isinstance(value, (int, date)) else None


def _plain(field: Field, value: object, where: str) -> FieldValue:
    if field.kind is Kind.COUNT:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 1000:
            return int(value)
    elif isinstance(value, str):
        if field.kind is Kind.TEXT:
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _refused(where, _EXAMPLES[field.kind], value)


def _refused(where: str, wanted: str, value: object) -> ExpectedAccountsError:
    return ExpectedAccountsError(f"{where or 'the file'} must be {wanted}, not: {outlined(value)}")
