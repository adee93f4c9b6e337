"""The account overview call, as a billing script makes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import requests

TRIES = 3
LONGEST_WAIT = 60.0


class BillingError(Exception):
    """The overview could not be had."""


class Refused(BillingError):
    """The API says why; asking again will not help."""


class Unavailable(BillingError):
    """The API is not there, too slow, or does not want to be asked now: try again later."""


class Unreadable(BillingError):
    """What came is no answer of this API."""


@dataclass(frozen=True)
class Bill:
    """What is to be billed: credits beyond the allowance, and for which days."""

    overage: int
    start: date
    end: date


class Client:
    """Asks as one reseller."""

    def __init__(
        self,
        base_url: str,
        api_user: str,
        api_key: str,
        timeout: float = 10,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = f"{base_url}/apiv2/reseller.account.json"
        self.account = {"api_user": api_user, "api_key": api_key}
        self.timeout = timeout
        self.sleep = sleep

    def bill(self, user: str) -> Bill:
        """Return what this customer is to be billed; raises `BillingError`."""
        asked = {**self.account, "task": "overview", "user": user}
        for _ in range(TRIES):
            try:
                answer = requests.get(self.url, params=asked, timeout=self.timeout)
            except requests.RequestException as problem:
                # its text holds the query, and so the key
                raise Unavailable(type(problem).__name__) from None
            if answer.status_code != 429:
                return read(answer)
            self.sleep(wait(answer.headers.get("Retry-After")))
        raise Unavailable(f"asked {TRIES} times, and limited each time")


def wait(retry_after: str | None) -> float:
    """Return how many seconds to wait: one where the API does not say, never too many."""
    said = retry_after or ""
    return min(float(said), LONGEST_WAIT) if said.isdecimal() else 1.0


def read(answer: requests.Response) -> Bill:
    """Take the bill from an answer."""
    if answer.status_code >= 500:
        raise Unavailable(f"status {answer.status_code}")
    try:
        told = answer.json()
        if told.get("message") == "error":
            raise Refused("; ".join(told["errors"]))
        return Bill(
            int(told["credits_overage"]),
            date.fromisoformat(told["billing_start_date"]),
            date.fromisoformat(told["billing_end_date"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable(f"no overview: {answer.content[:40]!r}") from None
