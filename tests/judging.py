"""Runs the whole suite on one target without pytest, because tests do so for hundreds of targets.

A client without sockets calls faults that are made from the reference. It responds as the real
client does. The real client calls faults below HTTP, and faults that show only sometimes under
load. Either can simulate that each response takes longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain, count, islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reseller_conformance.cases.case import Case, Expected, ValidValues, is_distinguishable
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.profiles import HOST, OWN
from reseller_conformance.client import Client, Traffic
from reseller_conformance.client.cookies import CookieJar
from reseller_conformance.client.request import Request as Written
from reseller_conformance.client.request import request_for, valid_values_of
from reseller_conformance.client.secrets import secrets_of
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.config.settings import Settings, settings_from
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem
from reseller_conformance.findings.model import Outcome
from reseller_conformance.redaction.echo import places_of
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.reference import Reference, Request, accounts
from reseller_conformance.requirements import Requirement
from reseller_conformance.suite.evaluation import Evaluation
from reseller_conformance.suite.items import items
from reseller_conformance.suite.overview import OverviewConformance
from reseller_conformance.suite.target_session import TargetSession
from reseller_conformance.util.endings import ENDINGS

__all__ = ["ACCOUNTS_FILE", "Direct", "Judged", "Late", "judge", "settings", "target_of"]


ACCOUNTS_FILE = str(Path(accounts.__file__).with_name("accounts.json"))
"""The content of the reference's accounts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of one requirement in one format.

    `showing` has a place for each failure. A place is the number of the call, from 1, that
    completes it, or of the call after which it was announced.
    """

    requirement: Requirement
    format: str
    outcome: Outcome
    reason: str
    showing: tuple[int, ...] = ()


def settings(depth: str, seed: int | None = None, expect: str = "") -> Settings:
    """Return the settings of a run at this depth, optionally with the file of expected values."""
    return settings_from({"depth": depth, "seed": seed, "expect": expect}, "", {})


def target_of(reference: Reference, base_url: str) -> Target:
    """Return the account of the reference's first reseller."""
    first, second = reference.accounts.resellers[:2]
    customers = tuple(account.user for account in first.customers)
    foreign = second.customers[0].user
    return Target(base_url, first.api_user, Secret(first.api_key), customers, foreign)


class Late(Client):
    """A client that receives each response this many seconds later."""

    def __init__(self, target: Target, limits: Limits, delay: float) -> None:
        super().__init__(target, limits)
        self._delay = delay

    def _send(self, *call: Any, **options: Any) -> Any:
        time.sleep(self._delay)
        return super()._send(*call, **options)


class Direct:
    """A client that calls a reference in this process, sequentially or concurrently."""

    def __init__(self, reference: Reference, target: Target, delay: float = 0) -> None:
        self._reference = reference
        self._delay = delay
        self._in_flight = Limits().concurrency if delay else 1
        self._base_url = target.base_url
        self._rights = valid_values_of(target)
        self._scrubber = _scrubber(*secrets_of(target))
        self._clock = count(1)
        self._cookies = CookieJar()
        self._asked: dict[Case, Exchange] = {}
        self._forgotten = 0

    @property
    def traffic(self) -> Traffic:
        """The number of calls."""
        return Traffic(calls=len(self._asked) + self._forgotten)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases that were sent."""
        return tuple(self._asked)

    def is_distinguishable(self, case: Case) -> bool:
        """Return whether this account can distinguish this case from another."""
        return _askable(case, self._rights)

    def send(self, cases: Iterable[Case]) -> list[Exchange]:
        """Return an exchange for each case."""
        if self._in_flight == 1:
            return [self._ask(case) for case in cases]
        with ThreadPoolExecutor(self._in_flight) as pool:
            return list(pool.map(self._ask, dict.fromkeys(cases)))

    def send_in_sequence(self, *sequences: Iterable[Case]) -> list[Exchange]:
        """Return an exchange for each case, sent one after the other."""
        return [self._ask(case) for case in chain.from_iterable(sequences)]

    def pipeline(self, sequences: Iterable[list[Case]]) -> _Row:
        """Return a pipeline that sends these sequences and can be halted."""
        return _Row(self, sequences, self._in_flight)

    def forget(self, cases: Iterable[Case]) -> None:
        """Forget these calls, so that each may be sent again."""
        for case in cases:
            self._forgotten += self._asked.pop(case, None) is not None

    def pause(self, seconds: float) -> None:
        """Let this time pass for the reference, if it has a clock."""
        elapse = getattr(self._reference, "elapse", None)
        if elapse is not None:
            elapse(seconds)

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not sent."""
        url = _request(case, self._base_url, self._rights)[0].redacted_url
        return Exchange(case, url, problem=TransportProblem(TransportErrorKind.NOT_SENT, why))

    def _ask(self, case: Case) -> Exchange:
        if case in self._asked:
            return self._asked[case]
        began = float(next(self._clock))
        said, request = _request(case, self._base_url, self._rights)
        if case.cookies:
            cookies = self._cookies.field(said.url)
            request = replace(request, headers=(*request.headers, ("Cookie", cookies)))
        if self._delay:
            time.sleep(self._delay)
        raw = self._reference.respond(request)
        if case.expected is Expected.OVERVIEW and not case.customer and raw.status < 300:
            self._cookies.keep(said.url, raw.fields.items())
        if case.method == "HEAD":
            raw = replace(raw, body=b"")
        self._asked[case] = Exchange(
            case=case,
            url=said.redacted_url,
            status=raw.status,
            headers=tuple(raw.fields.items()),
            body=self._scrubber.data(raw.body),
            began=began,
            echoes_key=places_of(
                _scrubber(*said.echo_candidates),
                self._scrubber.text,
                raw.body,
                tuple(raw.fields.items()),
                status=raw.status,
            ),
        )
        return self._asked[case]


class _Row:
    """Replaces the client's pipeline: it sends at most `most` sequences at a time."""

    def __init__(self, client: Direct, sequences: Iterable[list[Case]], most: int) -> None:
        self._client = client
        self._sequences = iter(sequences)
        self._most = most

    def exchanges(self, is_halted: Callable[[], bool] = lambda: False) -> Iterator[Exchange]:
        while not is_halted() and (some := list(islice(self._sequences, self._most))):
            if self._most == 1:
                yield from self._client.send(some[0])
                continue
            with ThreadPoolExecutor(self._most) as pool:
                yield from chain.from_iterable(pool.map(self._client.send_in_sequence, some))


# Hundreds of targets get the same calls, so the results are cached.
_askable = lru_cache(maxsize=None)(is_distinguishable)


@cache
def _request(case: Case, base_url: str, rights: ValidValues) -> tuple[Written, Request]:
    """Return a call as written, and as the reference reads it."""
    said = request_for(case, base_url, rights)
    parts = urlsplit(said.url)
    form = (said.form or "").encode()
    profile = said.profile or OWN
    fields = tuple(pair for pair in profile.fields if pair[1] != HOST)
    path, text = unquote(parts.path), parts.query.encode()
    return said, Request(path, text, said.method, form, fields, profile.version)


@cache
def _scrubber(*values: str) -> Scrubber:
    return Scrubber(values)


class _MadeOnce:
    """A plan whose lists are made once, because hundreds of targets get the same calls."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        made = getattr(self._plan, name)
        setattr(self, name, cache(made) if callable(made) else made)
        return getattr(self, name)


@cache
def _made_once(plan: Plan) -> Any:
    return _MadeOnce(plan)


def judge(
    target: Target,
    chosen: Settings,
    client: Any,
    mocked: Any = nullcontext,
    selected: Collection[str] | None = None,
) -> list[Judged]:
    """Judge every requirement, and return the outcomes in the order of the catalogue.

    `selected` are the ids that the run reports as its selection.
    """
    session = TargetSession(target, chosen, client, mocked, selected)
    session.plan = _made_once(session.plan)
    judged = []
    chosen_items = (one for one in items() if one[1] is None or one[1] in chosen.formats)
    for requirement, format, test in chosen_items:
        said: dict[str, str] = {}
        evaluation = Evaluation(requirement, format, session, said.__setitem__)
        with suppress(*ENDINGS):
            test(OverviewConformance(), evaluation)
        outcome = Outcome(said["outcome"])
        showing = _showing(session, evaluation) if outcome is Outcome.FAILED else ()
        if announced := session.live.announced.get((requirement, format)):
            showing = (*showing, announced.calls)
        judged.append(Judged(requirement, str(format or "both"), outcome, said["reason"], showing))
    failed = {(one.requirement, one.format) for one in judged if one.outcome is Outcome.FAILED}
    announced = {(one, str(format or "both")) for one, format in session.live.announced}
    assert announced <= failed, announced - failed
    session.validate()
    assert not session.schemas.disagreements, session.schemas.drain()
    return judged


def _showing(session: TargetSession, evaluation: Evaluation) -> tuple[int, ...]:
    places = {case: place for place, case in enumerate(session.responses, start=1)}
    return tuple(
        max(places[response.case] for response in failure.responses)
        for failure in evaluation.failures
    )
