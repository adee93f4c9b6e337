"""The account overview call, as a billing script makes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import requests

TRIES = 3
MAX_WAIT_SECONDS = 60.0


class BillingError(Exception):
    """The client has no overview."""


class Refused(BillingError):
    """The API responded with an error. Another try does not help."""


class Unavailable(BillingError):
    """The API is unreachable, too slow, or limits the calls. Try later."""


class Unreadable(BillingError):
    """The response is not one of this API."""


@dataclass(frozen=True)
class Bill:
    """The credits beyond the allowance, and the days of the billing cycle."""

    overage: int
    start: date
    end: date


class Client:
    """Calls the API with the credentials of one reseller."""

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
        """Return the bill of this customer; raises `BillingError`."""
        sent = {**self.account, "task": "overview", "user": user}
        for _ in range(TRIES):
            try:
                response = requests.get(self.url, params=sent, timeout=self.timeout)
            except requests.RequestException as problem:
                # its text holds the query, and so the key
                raise Unavailable(type(problem).__name__) from None
            if response.status_code != 429:
                return read(response)
            self.sleep(wait(response.headers.get("Retry-After")))
        raise Unavailable(f"limited {TRIES} times in a row")


def wait(retry_after: str | None) -> float:
    """Return the seconds to wait: one if the API names none, and at most MAX_WAIT_SECONDS."""
    seconds = retry_after or ""
    return min(float(seconds), MAX_WAIT_SECONDS) if seconds.isdecimal() else 1.0


def read(response: requests.Response) -> Bill:
    """Return the bill in a response."""
    if response.status_code >= 500:
        raise Unavailable(f"status {response.status_code}")
    try:
        account = response.json()
        if account.get("message") == "error":
            raise Refused("; ".join(account["errors"]))
        return Bill(
            int(account["credits_overage"]),
            date.fromisoformat(account["billing_start_date"]),
            date.fromisoformat(account["billing_end_date"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable(f"no overview: {response.content[:40]!r}") from None
