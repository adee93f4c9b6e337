"""Who is asked, as whom, and about whom: the operator's words, checked once.

How it is asked is left to `client`; which values are sent to `states` and `cases`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reseller_conformance.secret import Secret

__all__ = ["Limits", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One implementation of the call, with the operator's account on it.

    `base_url` has no trailing slash; `customers` are names registered under the reseller, the
    first being the one that most calls ask about; `foreign` is a customer of another reseller.
    `headers` go with every call; a gateway's token may be among them, so they are not shown.
    `verify` is what `requests` takes: True, False, or the path of a CA bundle.
    """

    base_url: str
    api_user: str
    api_key: Secret
    customers: tuple[str, ...]
    foreign: str | None = None
    kind: Literal["embedded", "app", "live"] = "live"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    verify: bool | str = True

    def __post_init__(self) -> None:
        """Refuse what would be taken for something else, such as a name for a row of letters.

        Raises TypeError.
        """
        if isinstance(self.customers, str) or not self.customers:
            raise TypeError(f"customers is a tuple of one or more names, not: {self.customers!r}")
        if not isinstance(self.api_key, Secret):
            raise TypeError("api_key is a Secret: Secret(key), of reseller_conformance")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost: calls a second (None: no limit), calls in flight, seconds, tries."""

    rate: float | None = None
    concurrency: int = 8
    timeout: float = 10.0
    retries: int = 2
    max_requests: int | None = None
