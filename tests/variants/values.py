"""Accounts that are unusual but valid: huge and zero counts, short cycles, special package names.

The variants whose values violate a SHOULD are at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from reseller_conformance.reference import Account, Reference, Response
from variants.bodies_json import as_integers
from variants.registry import Running, composed, served, variant
from variants.shops import Shop, customer, shop

__all__: list[str] = []


class _Integers(Reference):
    def json_overview(self, values: Mapping[str, str]) -> object:
        return as_integers(values)


ANN, BOB = "ann@island.example", "bob@island.example"


def _cycle(start: str, end: str, process: str) -> dict[str, str]:
    names = ("billing_start_date", "billing_end_date", "billing_process_date")
    return dict(zip(names, (start, end, process), strict=True))


def _shop(ann: Mapping[str, object], bob: Mapping[str, object]) -> Shop:
    return shop("values", "Of-All-Kinds-4", customer(ANN, **ann), customer(BOB, **bob))


NOTHING = {"reputation": 0, "requests": 0, "credits_allowed": 0, "credits_used": 0}
BEYOND = {
    "requests": 2**64 + 1,
    "credits_allowed": 10**40,
    "credits_used": 10**40 + 9_007_199_254_740_993,
}


@composed("nothing is sent yet, and nothing is allowed", shop=_shop(NOTHING, {}))
class NothingUsed(_Integers):
    pass


@composed(
    "two new customers that differ only in their reputation",
    shop=_shop({"package": "Free", "credits_used": 0}, {"package": "Free", "credits_used": 0}),
)
class AlikeButForOne(Reference):
    def overview(self, account: Account) -> Mapping[str, str]:
        return {**super().overview(account), "requests": "0"}


@composed(
    "two customers that differ only in the letter case of their package",
    shop=_shop({**NOTHING, "package": "Gold"}, {**NOTHING, "package": "GOLD"}),
)
class AlikeButForLetterCase(Reference):
    pass


@composed("counts beyond 64 bits, as strings", shop=_shop(BEYOND, {"requests": 2**63}))
class BeyondSixtyFourBits(Reference):
    pass


@composed("counts beyond 64 bits, as JSON integers", shop=_shop(BEYOND, {"requests": 2**53 + 1}))
class BeyondSixtyFourBitsAsIntegers(_Integers):
    pass


class _Digits(Reference):
    """The reference with one count too long for Python to read as a number."""

    COUNT = "7" * 5000

    def overview(self, account: Account) -> Mapping[str, str]:
        return {**super().overview(account), "requests": self.COUNT}


@composed("a count of 5,000 digits, more than Python reads by default")
class FiveThousandDigits(_Digits):
    pass


@composed("a count of 5,000 digits as a JSON integer")
class FiveThousandDigitsAsInteger(_Digits):
    def send_json(self, status: int, document: object) -> Response:
        response = super().send_json(status, document)
        body = response.body.replace(f'"{self.COUNT}"'.encode(), self.COUNT.encode())
        return Response(response.status, response.content_type, body)


@composed(
    "a cycle of one day, and one processed years later",
    shop=_shop(
        _cycle("2011-11-11", "2011-11-11", "2011-11-11"),
        _cycle("1999-12-31", "2000-01-01", "2038-01-20"),
    ),
)
class OneDayCycle(Reference):
    pass


@composed(
    "a leap day, and the first and the last day that Python knows",
    shop=_shop(
        _cycle("2012-02-29", "2012-03-28", "2012-03-29"),
        _cycle("0001-01-01", "2000-02-29", "9999-12-31"),
    ),
)
class LeapDays(Reference):
    pass


PACKAGES = (
    "error",
    "message",
    '{"message": "error", "errors": ["no"]}',
    "<message>error</message>",
    'The "Best" of \'em \\ all / 100% + $5 & more;',
    "0",
    "null",
    "-1",
    "2010-08-30",
    "漢字パッケージ ☃",
    "حزمة \u200fفضية\u200e",
    "\ufeff\u200bzero\u00a0width\u2028lines\u2029",
    "e\u0301 é \U0001f600\U0001d54f \ufffd",
    "P" * 30_000,
)


def _serve(packages: tuple[str, ...]) -> Iterator[Running]:
    customers = [
        customer(f"customer-{number}@island.example", package=package)
        for number, package in enumerate(packages)
    ]
    bought = shop("packages", "Paper-And-String-8", *customers, named=3)
    with served(Reference(bought.accounts), bought) as running:
        yield running


@variant("packages named error and message, or after both envelopes")
def packages_named_error() -> Iterator[Running]:
    yield from _serve(PACKAGES[:3])


@variant("packages with markup, quotes and signs, or named 0")
def packages_with_markup() -> Iterator[Running]:
    yield from _serve(PACKAGES[3:6])


@variant("packages named like an empty value, a number, a date")
def packages_like_other_values() -> Iterator[Running]:
    yield from _serve(PACKAGES[6:9])


@variant("packages in other scripts, right to left, with zero-width characters")
def packages_in_other_scripts() -> Iterator[Running]:
    yield from _serve(PACKAGES[9:12])


@variant("a package of characters beyond the first plane, and one of 30,000 characters")
def packages_of_odd_characters() -> Iterator[Running]:
    yield from _serve(PACKAGES[12:])


# --- Variants that violate a SHOULD --------------------------------------------------------------


@composed(
    "credits carried over, and an overage that was waived",
    shop=_shop(
        {"credits_remain": 12_345, "credits_overage": 0},
        {"credits_remain": 0, "credits_overage": 0},
    ),
    should=("values.balance",),
)
class CreditsCarriedOver(Reference):
    pass


@composed("a reputation of 104", shop=_shop({"reputation": 104}, {}), should=("values.reputation",))
class ReputationAboveHundred(Reference):
    pass


@composed("a package without a name", should=("values.package",))
class PackageWithoutAName(Reference):
    def overview(self, account: Account) -> Mapping[str, str]:
        return {**super().overview(account), "package": ""}


@composed(
    "a cycle that is billed before it starts",
    shop=_shop(_cycle("2013-03-05", "2013-04-04", "2013-03-01"), {}),
    should=("values.cycle",),
)
class BilledInAdvance(Reference):
    pass


@composed("errors with an empty text", should=("errors.no-empty-text",))
class EmptyErrorTexts(Reference):
    def json_errors(self, _: Sequence[str]) -> object:
        return super().json_errors([""])

    def xml_errors(self, _: Sequence[str]) -> ET.Element:
        return super().xml_errors([""])
