"""Whom the shop knows: the resellers' keys, and each one's customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

KEYS = {"asgi-shop": "Key-Of-The-Shop", "rival": "Key-Of-The-Rival"}


@dataclass(frozen=True)
class Customer:
    """One customer of one reseller."""

    reseller: str
    name: str
    package: str
    allowed: int
    used: int
    start: date

    def fields(self) -> dict[str, int | str]:
        """Return the ten fields of the overview."""
        end = self.start + timedelta(days=29)
        return {
            "reputation": 100,
            "requests": self.used,
            "package": self.package,
            "credits_allowed": self.allowed,
            "credits_used": self.used,
            "credits_remain": max(self.allowed - self.used, 0),
            "credits_overage": max(self.used - self.allowed, 0),
            "billing_start_date": self.start.isoformat(),
            "billing_end_date": end.isoformat(),
            "billing_process_date": (end + timedelta(days=1)).isoformat(),
        }


CUSTOMERS = {
    (customer.reseller, customer.name): customer
    for customer in (
        Customer("asgi-shop", "mary@example.com", "Silver Package", 500, 120, date(2024, 2, 1)),
        Customer("asgi-shop", "joan@example.com", "Größe <XL>", 90, 91, date(2024, 3, 1)),
        Customer("rival", "alan@elsewhere.example", "Bronze Package", 5, 0, date(2024, 4, 1)),
    )
}
