"""Other protection: firewalls that ban, quotas, locks of one customer or for a while.

Each is before a correct implementation. A run may leave requirements untested, but none of them is
violated. Firewalls that only stop texts that look like an attack are in `faults.firewalls`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from faults.firewalls import ANSWERS as PAGES
from faults.firewalls import looks_like_attack
from reseller_conformance.contract import CREDENTIALS, Format
from reseller_conformance.reference import Account, Reference, Refusal, Request, Response
from reseller_conformance.reference.core import Parameters
from variants.locks import ANSWERS, Answer, text
from variants.registry import composed

__all__ = ["QUOTAS", "Ban", "CallerLock", "Guard", "Quota", "SeldomCopy"]

STOPPED = ("request.attack-text",)


def refusal(status: int, text: str) -> Answer:
    """Refuse in the error envelope with this text."""
    return lambda reference, wanted: reference.refuse(wanted, Refusal(status, (text,)))


def page(status: int, *headers: tuple[str, str]) -> Answer:
    """Refuse with a page of HTML."""
    body = b"<html><body><h1>Not now</h1></body></html>"
    return lambda _reference, _wanted: Response(status, "text/html", body, headers)


class Guard(Reference):
    """May refuse a call before the implementation reads it. Its clock counts calls."""

    answers: Answer = staticmethod(page(403))

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.calls = 0.0

    def elapse(self, seconds: float) -> None:
        """Let time pass: one second is a hundred calls."""
        self.calls += 100 * seconds

    def respond(self, request: Request) -> Response:
        self.calls += 1
        wanted = self.find_format(request.path)
        if wanted and self.refuses(request):
            return self.answers(self, wanted)
        return self.behind(request)

    def behind(self, request: Request) -> Response:
        """Return the response of the implementation."""
        return super().respond(request)

    def refuses(self, request: Request) -> bool:
        """Say whether this call is refused."""
        raise NotImplementedError


class Quota(Guard):
    """Allows a number of calls within this run, or within a span of calls."""

    most = 300
    span = float("inf")

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.began, self.used = 0.0, 0

    def refuses(self, request: Request) -> bool:
        if self.calls - self.began > self.span:
            self.began, self.used = self.calls, 0
        self.used += 1
        return self.used > self.most


class Ban(Guard):
    """Stops texts that look like an attack. After some of them it stops every call for a while."""

    hits, most, lasts, until = 0, 5, float("inf"), 0.0
    page = PAGES["403_page"]
    answers: Answer = staticmethod(lambda reference, _: reference.page)

    def refuses(self, request: Request) -> bool:
        if self.calls < self.until:
            return True
        attack = looks_like_attack(request)
        self.hits += attack
        if self.hits == self.most:
            self.hits, self.until = 0, self.calls + self.lasts
        return attack


class LateBan(Ban):
    """The ban holds before the call that brings it about gets its page."""

    def respond(self, request: Request) -> Response:
        before = self.until
        response = super().respond(request)
        if self.until != before:
            time.sleep(0.3)
        return response


class SeldomCopy(Reference):
    """A copy that does not know the latest change yet responds to each nth call."""

    period, calls = 37, 0
    changed: Mapping[str, object] = {}

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        self.calls += 1
        found = super().look_up(parameters)
        if isinstance(found, Refusal) or self.calls % self.period:
            return found
        return replace(found, **{name: old(found) for name, old in self.changed.items()})


class CallerLock(Guard):
    """Locks after failed logins: only one customer, one key, or only further failed logins.

    Failed logins are counted by the values of some parameters. With credentials among these, those
    of accounts that do not exist are counted too.
    """

    most, failed_only = 10, False
    counted_by: tuple[str, ...] = ()

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.failed: dict[tuple[str, ...], int] = {}

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        given = dict(parameters)
        reseller = self.accounts.reseller(given.get("api_user", ""))
        if reseller is None and not set(CREDENTIALS) & set(self.counted_by):
            return super().answer(wanted, parameters)
        who = tuple(given.get(name, "") for name in self.counted_by)
        valid = reseller is not None and given.get("api_key") == reseller.api_key
        if self.failed.get(who, 0) >= self.most and not (valid and self.failed_only):
            return self.answers(self, wanted)
        self.failed[who] = self.failed.get(who, 0) + (not valid)
        return super().answer(wanted, parameters)

    def refuses(self, request: Request) -> bool:
        return False


def _add(name: str, what: str, base: type[Reference], **members: object) -> None:
    should = STOPPED if issubclass(base, Ban) else ()
    kind = type(name, (base,), {"__module__": __name__, **members})
    composed(what, should=should)(kind)


LOCKS: dict[str, Answer] = {
    "429_empty": text(429, "text/plain", b""),
    "403_named": text(403, "text/html", b"<p>Too many attempts</p>"),
    "401_empty": ANSWERS["401_empty"],
}
QUOTAS: dict[str, Answer] = {
    "402": refusal(402, "Please pay for more calls."),
    "403_quota": refusal(403, "Your daily quota is exceeded."),
    "200_limit": refusal(200, "Rate limit reached."),
    "429": refusal(429, "Slow down."),
    "429_page": page(429),
    "503_page": page(503, ("Retry-After", "86400")),
    "403_page": page(403),
}
for _name, _answer in QUOTAS.items():
    for _most in (25, 300):
        _add(
            f"quota_of_{_most}_with_{_name}",
            f"a quota of {_most} calls: {_name}",
            Quota,
            answers=staticmethod(_answer),
            most=_most,
        )
_add("quota_a_minute", "a quota of 400 calls a minute", Quota, most=400, span=6000.0)

for _name in ("403_page", "403_json", "403_empty", "200_challenge"):
    _page = PAGES[_name]
    _add(f"ban_with_{_name}", f"5 attacks ban the address: {_name}", Ban, page=_page)
    _add(
        f"short_ban_with_{_name}",
        f"5 attacks ban the address for 30 calls: {_name}",
        Ban,
        page=_page,
        lasts=30.0,
    )

for _lasts in (5.0, 20.0):
    _add(
        f"ban_for_{_lasts:.0f}_calls",
        f"each third attack bans the address for {_lasts:.0f} calls",
        Ban,
        most=3,
        lasts=_lasts,
    )

_add(
    "ban_for_5_calls_before_its_page",
    "each attack bans the address for 5 calls, and gets its page after them",
    LateBan,
    most=1,
    lasts=5.0,
)

for _name in ("401", "403_page"):
    for _most in (3, 5, 20):
        _add(
            f"pair_locked_by_{_most}_with_{_name}",
            f"{_most} invalid keys lock one customer for one account: {_name}",
            CallerLock,
            counted_by=("api_user", "user"),
            most=_most,
            answers=staticmethod(ANSWERS[_name]),
        )

for _most, _names, _name in (
    (7, ("api_key",), "429_empty"),
    (8, ("api_user", "user"), "429_empty"),
    (8, ("api_user", "user"), "403_named"),
    (9, ("api_user", "api_key", "user"), "403_named"),
    (4, ("api_key", "user"), "429_empty"),
    (9, ("api_user", "user"), "401_empty"),
    (5, ("api_user", "api_key", "user"), "401_empty"),
):
    _add(
        f"locked_by_{'_and_'.join(_names)}_after_{_most}_with_{_name}",
        f"{_most} failed logins with the same {' and '.join(_names)} lock these: {_name}",
        CallerLock,
        counted_by=_names,
        most=_most,
        answers=staticmethod(LOCKS[_name]),
    )

TURNED_AWAY: dict[str, Answer] = {
    "302": page(302, ("Location", "/login")),
    "200_page": page(200),
    "404_page": page(404),
    "403_empty": text(403, "text/plain", b""),
}
for _name, _answer in TURNED_AWAY.items():
    _add(
        f"failed_logins_refused_with_{_name}",
        f"after 6 invalid keys further ones are refused: {_name}",
        CallerLock,
        failed_only=True,
        most=6,
        answers=staticmethod(_answer),
    )

for _name in ("401", "403_page", "423", "429_page"):
    _members = {"answers": staticmethod(ANSWERS[_name])}
    for _most in (3, 10):
        _add(
            f"customer_locked_by_{_most}_with_{_name}",
            f"{_most} invalid keys lock one customer: {_name}",
            CallerLock,
            counted_by=("user",),
            most=_most,
            **_members,
        )
    _add(
        f"failed_logins_refused_with_{_name}",
        f"after 10 invalid keys further ones are refused: {_name}",
        CallerLock,
        failed_only=True,
        **_members,
    )

_CHANGES: dict[str, tuple[Mapping[str, Callable[[Account], object]], bool]] = {
    "a_count": ({"requests": lambda a: max(a.requests - 1, 0)}, True),
    "a_package": ({"package": lambda a: f"{a.package} of {a.user}"}, True),
    "a_cycle": (
        {
            **{name: lambda _: 0 for name in ("requests", "credits_used", "credits_overage")},
            "credits_remain": lambda a: a.credits_allowed,
            "billing_start_date": lambda _: date(2010, 10, 1),
            "billing_end_date": lambda _: date(2010, 10, 31),
            "billing_process_date": lambda _: date(2010, 11, 1),
        },
        True,
    ),
    "an_allowance": (
        {
            "credits_allowed": lambda a: a.credits_allowed + 500,
            "credits_remain": lambda a: max(a.credits_allowed + 500 - a.credits_used, 0),
            "credits_overage": lambda a: max(a.credits_used - a.credits_allowed - 500, 0),
        },
        False,
    ),
}
for _name, (_changed, _goes_back) in _CHANGES.items():
    for _period in (20, 37, 100):
        composed(
            f"1 call in {_period} goes to a copy that lags by a change of {_name}",
            perhaps=("consistency.counters",) if _goes_back else (),
        )(
            type(
                f"copy_lags_by_{_name}_in_1_call_of_{_period}",
                (SeldomCopy,),
                {"__module__": __name__, "period": _period, "changed": _changed},
            )
        )
