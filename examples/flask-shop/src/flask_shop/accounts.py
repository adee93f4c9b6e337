"""The resellers of the shop: each with its key and its customers."""

from __future__ import annotations

from typing import NamedTuple


class Reseller(NamedTuple):
    """The key, and the fields of the overview by the name of the customer."""

    api_key: str
    customers: dict[str, dict[str, str]]


def _account(package: str, allowed: int, used: int, month: str) -> dict[str, str]:
    return {
        "reputation": "98",
        "requests": str(used),
        "package": package,
        "credits_allowed": str(allowed),
        "credits_used": str(used),
        "credits_remain": str(max(allowed - used, 0)),
        "credits_overage": str(max(used - allowed, 0)),
        "billing_start_date": f"{month}-01",
        "billing_end_date": f"{month}-28",
        "billing_process_date": f"{month}-28",
    }


RESELLERS = {
    "flask-shop": Reseller(
        "Key-Of-The-Shop",
        {
            "ada@example.com": _account("Silver Package", 50000, 100000, "2024-02"),
            "grace@example.com": _account("Gold & Größer", 25000, 7205, "2024-03"),
        },
    ),
    "rival": Reseller(
        "Key-Of-The-Rival",
        {"alan@elsewhere.example": _account("Bronze Package", 100, 1, "2024-04")},
    ),
}
