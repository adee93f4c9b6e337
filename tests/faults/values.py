"""Overviews whose values have the correct type but contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from reseller_conformance.contract import Format
from reseller_conformance.reference import Account, Reference, Reseller
from reseller_conformance.requirements import (
    BOTH,
    CONSISTENCY_COUNTERS,
    CONSISTENCY_FORMATS,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    ISOLATION_SEQUENCE,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    REQUEST_SEPARATORS,
    REQUEST_UNDOCUMENTED,
    VALUES_BALANCE,
    VALUES_CYCLE,
    VALUES_EXPECTED,
    VALUES_PACKAGE,
    VALUES_REPUTATION,
    Requirement,
)

from .registry import ACCOUNTS, JSON, XML, When, about, fault

DAY = timedelta(days=1)


def account(
    name: str,
    description: str,
    change: Callable[[Account], Account],
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
    when: When | None = None,
) -> None:
    fault(
        fails=fails,
        also=also,
        formats=formats,
        when=when,
        after=Reference.find_customer,
        name=name,
        description=description,
    )(lambda found: found and change(found))


# --- Reputation and package ----------------------------------------------------------------------

for _value in (101, 150, 1000, 10**30):
    account(
        f"reputation_{_value if _value < 10**9 else 'beyond_64_bits'}",
        f"reputation is {_value}",
        lambda a, value=_value: replace(a, reputation=value),
        fails=VALUES_REPUTATION,
    )
account(
    "reputation_101_for_the_second_customer",
    "reputation of the second customer is 101",
    lambda a: replace(a, reputation=101),
    fails=VALUES_REPUTATION,
    when=about(1),
)
account(
    "reputation_above_in_xml",
    "reputation is ten times as much in XML",
    lambda a: replace(a, reputation=a.reputation * 13),
    fails=VALUES_REPUTATION,
    also=(CONSISTENCY_FORMATS,),
    formats=XML,
)
account("package_empty", "package is empty", lambda a: replace(a, package=""), fails=VALUES_PACKAGE)
account(
    "package_empty_for_the_third_customer",
    "package of the third customer is empty",
    lambda a: replace(a, package=""),
    fails=VALUES_PACKAGE,
    when=about(2),
)
for _formats in (JSON, XML):
    account(
        f"package_empty_in_{_formats[0]}",
        f"package is empty in {_formats[0]}",
        lambda a: replace(a, package=""),
        fails=VALUES_PACKAGE,
        also=(CONSISTENCY_FORMATS,),
        formats=_formats,
    )

# --- The balance ---------------------------------------------------------------------------------

BALANCES: dict[str, tuple[str, Callable[[Account], Account]]] = {
    "overage_nought": ("overage is always 0", lambda a: replace(a, credits_overage=0)),
    "remain_nought": ("remain is always 0", lambda a: replace(a, credits_remain=0)),
    "remain_is_allowed": (
        "remain equals allowed",
        lambda a: replace(a, credits_remain=a.credits_allowed),
    ),
    "remain_absolute": (
        "remain is the difference without its sign",
        lambda a: replace(a, credits_remain=abs(a.credits_allowed - a.credits_used)),
    ),
    "overage_absolute": (
        "overage is the difference without its sign",
        lambda a: replace(a, credits_overage=abs(a.credits_allowed - a.credits_used)),
    ),
    "exchanged": (
        "remain and overage are exchanged",
        lambda a: replace(a, credits_remain=a.credits_overage, credits_overage=a.credits_remain),
    ),
    "used_and_allowed_exchanged": (
        "allowed and used are exchanged",
        lambda a: replace(a, credits_allowed=a.credits_used, credits_used=a.credits_allowed),
    ),
    "remain_one_more": (
        "remain is one too many",
        lambda a: replace(a, credits_remain=a.credits_remain + 1),
    ),
    "overage_one_more": (
        "overage is one too many",
        lambda a: replace(a, credits_overage=a.credits_overage + 1),
    ),
    "overage_one_less": (
        "overage is one too few",
        lambda a: replace(a, credits_overage=max(a.credits_overage - 1, 0)),
    ),
    "used_ends_at_allowed": (
        "used is capped at allowed, overage is not",
        lambda a: replace(a, credits_used=min(a.credits_used, a.credits_allowed)),
    ),
    "overage_of_requests": (
        "overage is of requests",
        lambda a: replace(a, credits_overage=max(a.requests - a.credits_allowed, 0)),
    ),
    "overage_is_used": (
        "overage equals used",
        lambda a: replace(a, credits_overage=a.credits_used),
    ),
    "overage_in_thousands": (
        "overage is in thousands",
        lambda a: replace(a, credits_overage=a.credits_overage // 1000),
    ),
}
for _name, (_said, _change) in BALANCES.items():
    account(f"balance_{_name}", _said, _change, fails=VALUES_BALANCE)
account(
    "balance_through_doubles",
    "remain and overage are computed with doubles",
    lambda a: replace(
        a,
        credits_remain=int(max(float(a.credits_allowed) - float(a.credits_used), 0)),
        credits_overage=int(max(float(a.credits_used) - float(a.credits_allowed), 0)),
    ),
    fails=VALUES_BALANCE,
)
account(
    "balance_of_64_bits",
    "remain and overage end at 64 bits",
    lambda a: replace(
        a,
        credits_allowed=min(a.credits_allowed, 2**63 - 1),
        credits_used=min(a.credits_used, 2**64),
        credits_overage=min(a.credits_overage, 2**63 - 1),
    ),
    fails=VALUES_BALANCE,
)
account(
    "balance_wrong_for_the_second_customer",
    "remain of the second customer is one too many",
    lambda a: replace(a, credits_remain=a.credits_remain + 1),
    fails=VALUES_BALANCE,
    when=about(1),
)

# --- The cycle -----------------------------------------------------------------------------------

CYCLES: dict[str, tuple[str, Callable[[Account], Account]]] = {
    "start_after_end": (
        "the cycle starts the day after it ends",
        lambda a: replace(a, billing_start_date=a.billing_end_date + DAY),
    ),
    "start_after_process": (
        "the cycle starts a day after it is processed",
        lambda a: replace(a, billing_start_date=a.billing_process_date + DAY),
    ),
    "end_after_process": (
        "the cycle is processed the day before it ends",
        lambda a: replace(a, billing_process_date=a.billing_end_date - DAY),
    ),
    "process_before_start": (
        "the cycle is processed before it starts",
        lambda a: replace(a, billing_process_date=a.billing_start_date - DAY),
    ),
    "exchanged": (
        "start and end are exchanged",
        lambda a: replace(
            a, billing_start_date=a.billing_end_date, billing_end_date=a.billing_start_date
        ),
    ),
    "end_and_process_exchanged": (
        "end and processing are exchanged",
        lambda a: replace(
            a, billing_end_date=a.billing_process_date, billing_process_date=a.billing_end_date
        ),
    ),
    "processed_last_cycle": (
        "the day of processing is that of the cycle before",
        lambda a: replace(a, billing_process_date=a.billing_process_date - 31 * DAY),
    ),
    "ends_a_year_early": (
        "the end has the year of the cycle before",
        lambda a: replace(a, billing_end_date=date(2009, 9, 29)),
    ),
    "processed_in_1970": (
        "the day of processing is the first of 1970",
        lambda a: replace(a, billing_process_date=date(1970, 1, 1)),
    ),
}
for _name, (_said, _change) in CYCLES.items():
    account(f"cycle_{_name}", _said, _change, fails=VALUES_CYCLE)
account(
    "cycle_wrong_for_the_third_customer",
    "the cycle of the third customer, which spans two years, ends a year early",
    lambda a: replace(a, billing_end_date=a.billing_end_date - 365 * DAY),
    fails=VALUES_CYCLE,
    when=about(2),
)

# --- Values that go back -------------------------------------------------------------------------


def balanced(found: Account, used: int) -> Account:
    left = found.credits_allowed - used
    return replace(
        found, credits_used=used, credits_remain=max(left, 0), credits_overage=max(-left, 0)
    )


def fewer_requests(found: Account, by: int) -> Account:
    return replace(found, requests=max(found.requests - by, 0))


def less_used(found: Account, by: int) -> Account:
    return balanced(found, max(found.credits_used - by, 0))


def in_cycle(found: Account, number: int) -> Account:
    days = number * 30 * DAY
    return replace(
        found,
        billing_start_date=found.billing_start_date + days,
        billing_end_date=found.billing_end_date + days,
        billing_process_date=found.billing_process_date + days,
    )


def changing(
    change: Callable[[Account, int], Account], by: Callable[[int], int]
) -> Callable[[], Reference]:
    """Make a reference whose nth overview is changed by this much."""

    class Changing(Reference):
        def __init__(self) -> None:
            super().__init__(ACCOUNTS)
            self.calls = count()

        def find_customer(self, reseller: Reseller, user: str) -> Account | None:
            found = super().find_customer(reseller, user)
            return found and change(found, by(next(self.calls)))

    return Changing


READ_AGAIN = (
    *(CONSISTENCY_FORMATS, ISOLATION_CUSTOMERS, ISOLATION_CONCURRENCY),
    *(
        ISOLATION_SEQUENCE,
        REQUEST_ORDER,
        REQUEST_ENCODING,
        REQUEST_UNDOCUMENTED,
        REQUEST_SEPARATORS,
    ),
)
"""Requirements that compare a response with others."""

STEPS: dict[str, tuple[str, Callable[[int], int]]] = {
    "down_each_time": ("lower each time", lambda at: at),
    "down_at_every_second_call": (
        "lower at every second call, as from a copy that lags",
        lambda at: at % 2 * 5,
    ),
    "down_at_every_fifth_call": ("lower at every fifth call", lambda at: 5 if at % 5 == 4 else 0),
    "down_once": ("reset after twenty calls", lambda at: 200 if at > 20 else 0),
}
for _name, (_said, _by) in STEPS.items():
    fault(
        fails=CONSISTENCY_COUNTERS,
        also=READ_AGAIN,
        name=f"requests_{_name}",
        description=f"requests is {_said}",
    )(changing(fewer_requests, _by))
    fault(
        fails=CONSISTENCY_COUNTERS,
        also=READ_AGAIN,
        name=f"credits_used_{_name}",
        description=f"credits_used is {_said}",
    )(changing(less_used, _by))

GOES_BACK: dict[str, tuple[str, Callable[[Account, int], Account]]] = {
    "package": (
        "the package is another",
        lambda found, by: replace(found, package=found.package + " Plus" * by),
    ),
    "cycle": ("the cycle is the next one", lambda found, by: in_cycle(found, by)),
    "process_date": (
        "billing_process_date is a day later",
        lambda found, by: replace(
            found, billing_process_date=found.billing_process_date + by * DAY
        ),
    ),
}
for _name, (_said, _change) in GOES_BACK.items():
    for _period in (2, 3, 7):
        fault(
            fails=CONSISTENCY_COUNTERS,
            name=f"{_name}_goes_back_in_1_call_of_{_period}",
            description=f"in 1 call of {_period} {_said}, as from a second copy",
        )(changing(_change, lambda at, period=_period: int(at % period == period - 1)))


# --- Values that only the operator knows ----------------------------------------------------------

for _name, _said, _change in (
    (
        "requests_and_credits_used_swapped",
        "requests holds credits_used, and credits_used requests",
        lambda a: replace(
            a,
            requests=a.credits_used,
            credits_used=a.requests,
            credits_remain=max(a.credits_allowed - a.requests, 0),
            credits_overage=max(a.requests - a.credits_allowed, 0),
        ),
    ),
    (
        "dates_a_day_late",
        "all three dates are a day late",
        lambda a: replace(
            a,
            billing_start_date=a.billing_start_date + DAY,
            billing_end_date=a.billing_end_date + DAY,
            billing_process_date=a.billing_process_date + DAY,
        ),
    ),
    (
        "credits_allowed_always_0",
        "credits_allowed is always 0, and all credits used are overage",
        lambda a: replace(a, credits_allowed=0, credits_remain=0, credits_overage=a.credits_used),
    ),
    (
        "package_in_upper_case",
        "package is in upper case",
        lambda a: replace(a, package=a.package.upper()),
    ),
    ("reputation_always_100", "reputation is always 100", lambda a: replace(a, reputation=100)),
):
    account(_name, _said, _change, fails=VALUES_EXPECTED)
account(
    "requests_one_less_for_the_second_customer",
    "requests is too low by one, for the second customer",
    lambda a: replace(a, requests=a.requests - 1),
    fails=VALUES_EXPECTED,
    when=about(1),
)
