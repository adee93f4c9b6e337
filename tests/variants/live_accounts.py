"""Accounts that change while they are read: counts that grow slowly, fast, or by the clock."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from threading import Lock
from xml.etree import ElementTree as ET

from reseller_conformance.contract import Format
from reseller_conformance.reference import Account, Accounts, Reference, Refusal, Request, Response
from reseller_conformance.reference.core import Parameters
from variants.registry import composed
from variants.shops import customer, shop

__all__: list[str] = []


class _Live(Reference):
    """The reference over accounts that change with each reading."""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__(accounts)
        self.lock = Lock()
        self.tick = 0

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        with self.lock:
            self.tick += 1
            tick = self.tick
        found = super().look_up(parameters)
        return found if isinstance(found, Refusal) else self.moved(found, tick)

    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick, tick)


def spent(account: Account, messages: int, credits_used: int) -> Account:
    """Return the account after this many more messages, with this many more credits used."""
    used = account.credits_used + credits_used
    return replace(
        account,
        requests=account.requests + messages,
        credits_used=used,
        credits_remain=max(account.credits_allowed - used, 0),
        credits_overage=max(used - account.credits_allowed, 0),
    )


@composed("one message and one credit more at every call, valid or invalid")
class EveryCallCounts(_Live):
    pass


@composed("millions more at every call, beyond the allowance")
class LargeSteps(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick * 1_234_567, tick * 7_654_321)


@composed("an allowance that is raised while it is read: an overage ends")
class ToppedUp(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        raised = replace(account, credits_allowed=account.credits_allowed + tick // 400 * 10**6)
        return spent(raised, tick, tick)


@composed("steps beyond 64 bits")
class StepsBeyondSixtyFourBits(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick * 10**21, tick * 10**20)


@composed("only requests grow: messages that cost nothing")
class OnlyRequestsMove(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick * 3, 0)


@composed("the requests counter counts the responses of this API, per customer")
class CountsItsOwnCalls(_Live):
    def __init__(self, accounts: Accounts) -> None:
        super().__init__(accounts)
        self.seen: dict[str, int] = {}

    def moved(self, account: Account, _: int) -> Account:
        with self.lock:
            self.seen[account.user] = self.seen.get(account.user, 0) + 1
            return spent(account, self.seen[account.user], 0)


@composed(
    "an account that has just been topped up: remain goes down, overage is 0",
    shop=shop(
        "filled",
        "To-The-Brim-6",
        customer("ann@island.example", credits_allowed=10**9, credits_used=0, requests=0),
        customer("bob@island.example", credits_allowed=10**12, credits_used=17, requests=17),
    ),
)
class RemainGoesDown(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick * 40, tick * 40)


@composed("credits are bought while the account is read: credits_allowed grows")
class AllowedGrows(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        grown = replace(account, credits_allowed=account.credits_allowed + 1000 * tick)
        return spent(grown, tick, tick)


@composed(
    "reputation sinks from call to call, and stays at 0",
    shop=shop(
        "sinking",
        "Below-The-Line-2",
        customer("ann@island.example", reputation=100),
        customer("bob@island.example", reputation=63),
    ),
)
class ReputationSinks(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return replace(account, reputation=max(account.reputation - tick // 10, 0))


@composed("counts move with the clock, thousands a second")
class CountsMoveWithTheClock(_Live):
    def moved(self, account: Account, _: int) -> Account:
        messages = time.monotonic_ns() // 100_000
        return spent(account, messages, messages // 2)


@composed("only some calls see a change: a batch of messages now and then")
class BatchesNowAndThen(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, tick // 17 * 5000, tick // 17 * 5000)


@composed("what is read early may be sent late: each response waits a random time")
class ReadEarlyToldLate(_Live):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        time.sleep(random.random() * 0.03)
        return found


@composed("what is called early may be read late: each reading waits a random time")
class AskedEarlyReadLate(_Live):
    def look_up(self, parameters: Parameters) -> Account | Refusal:
        time.sleep(random.random() * 0.03)
        return super().look_up(parameters)


@composed("XML takes ten times as long to write as JSON, from values that were read before")
class XmlIsSlower(_Live):
    def send_xml(self, status: int, root: ET.Element) -> Response:
        time.sleep(0.02)
        return super().send_xml(status, root)

    def send_json(self, status: int, document: object) -> Response:
        time.sleep(0.002)
        return super().send_json(status, document)


@composed("a count goes back by a few now and then", should=("consistency.counters",))
class CountGoesBack(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, max(10_000 - tick, 0), 0)


@composed("reputation jitters by one from call to call")
class ReputationJitters(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return replace(account, reputation=max(account.reputation - random.randrange(2), 0))


@composed("reputation is lower by one in each tenth call")
class ReputationBlinks(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return replace(account, reputation=max(account.reputation - (tick % 10 == 0), 0))


@composed("reputation dips for thirty calls in a row")
class ReputationDips(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return replace(account, reputation=max(account.reputation - 3 * (300 < tick < 330), 0))


@composed("reputation is another one in each fifth of a second")
class ReputationMovesWithTheClock(_Live):
    def moved(self, account: Account, _: int) -> Account:
        step = random.Random(int(time.monotonic() * 5)).randrange(4)
        return replace(account, reputation=max(account.reputation - step, 0))


@composed(
    "credits are reserved for mails in transit, and returned", should=("consistency.counters",)
)
class CreditsAreReserved(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, 0, random.randrange(0, 500, 100))


@composed(
    "copies lag: each call reads one of three, up to some calls behind",
    should=("consistency.counters",),
)
class CopiesLag(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        behind = max(tick - random.choice((0, 3, 9)), 0)
        return spent(account, behind, behind)


@composed("two copies take turns, one of which lags", should=("consistency.counters",))
class CopiesTakeTurns(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        return spent(account, 3 * (tick % 2), 3 * (tick % 2))


@composed("the allowance is lowered and raised again while it is read")
class AllowanceChanges(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        lent = 1000 * (tick % 3)
        raised = replace(account, credits_allowed=account.credits_allowed + lent)
        return spent(raised, 0, 0)


@composed("the first responses of a process are slow, until all is loaded")
class SlowAtFirst(_Live):
    def respond(self, request: Request) -> Response:
        if self.tick < 3 and self.find_format(request.path) is Format.XML:
            time.sleep(0.5)
        return super().respond(request)


@composed("a package that is changed twice while it is read")
class PackageChangesTwice(_Live):
    def moved(self, account: Account, tick: int) -> Account:
        packages = (account.package, "Platinum", "Diamond")
        return replace(account, package=packages[min(tick // 200, 2)])
