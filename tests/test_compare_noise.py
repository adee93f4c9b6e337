"""What changes from call to call is noise: counters, latency, request ids, dates, replicas."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from comparing import compared, direct, kinds_of
from judging import Late, target_of
from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cases.plan import Depth, Plan
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits
from reseller_conformance.compare.model import Grade
from reseller_conformance.compare.paired import Paired, Pairs
from reseller_conformance.compare.session import Session
from reseller_conformance.contract import Format
from reseller_conformance.reference import (
    Account,
    Application,
    Reference,
    Refusal,
    Request,
    Response,
    default_reference,
)

ACCOUNTS = default_reference().accounts


class Live(Reference):
    """An implementation in use: counters move, the reputation jitters, credits are used."""

    def __init__(self, seed: int) -> None:
        super().__init__(ACCOUNTS)
        self.calls = count()
        self.random = random.Random(seed)

    def look_up(self, parameters: Any) -> Account | Refusal:
        found = super().look_up(parameters)
        if isinstance(found, Refusal):
            return found
        made = next(self.calls)
        reputation = max(0, min(100, found.reputation + self.random.randint(-2, 2)))
        return replace(found, requests=found.requests + made, reputation=reputation)

    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        number = f" (request {self.random.getrandbits(64):016x})"
        texts = tuple(text + number for text in refusal.errors)
        return super().refuse(wanted, replace(refusal, errors=texts))

    def respond(self, request: Request) -> Response:
        sent = super().respond(request)
        unique = f"{self.random.getrandbits(64):016x}"
        headers = (
            ("X-Request-Id", unique),
            ("ETag", f'"{unique}"'),
            ("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())),
            ("Set-Cookie", f"visit={unique}; Path=/"),
        )
        return replace(sent, headers=(*sent.headers, *headers))


class Replicas(Reference):
    """Two replicas behind a balancer, of which one lags behind and prints in another way."""

    def __init__(self, seed: int) -> None:
        super().__init__(ACCOUNTS)
        self.random = random.Random(seed)
        self.lags = False

    def respond(self, request: Request) -> Response:
        self.lags = self.random.random() < 0.5
        sent = super().respond(request)
        if self.lags and sent.content_type.startswith("application/json"):
            sent = replace(sent, body=json.dumps(json.loads(sent.body), indent=1).encode())
        return replace(sent, headers=(*sent.headers, ("Vary", "Accept"))) if self.lags else sent

    def look_up(self, parameters: Any) -> Account | Refusal:
        found = super().look_up(parameters)
        if isinstance(found, Refusal):
            return found
        return replace(found, requests=found.requests + 5 * self.lags)


class Shuffling(Live):
    """Writes fields and errors in any order, as from a set, and numbers each response."""

    refuse = Reference.refuse

    def respond(self, request: Request) -> Response:
        sent = super().respond(request)
        if not sent.content_type.startswith("application/json"):
            return replace(sent, body=self.shuffled_xml(sent.body))
        members = list(json.loads(sent.body).items())
        members += [("request_id", f"{self.random.getrandbits(64):016x}")]
        self.random.shuffle(members)
        whole = dict(members)
        self.random.shuffle(whole.get("errors", []))
        return replace(sent, body=json.dumps(whole).encode())

    def shuffled_xml(self, body: bytes) -> bytes:
        root = ET.fromstring(body)
        for element in list(root.iter()):
            children = list(element)
            self.random.shuffle(children)
            element[:] = children
        return ET.tostring(root, encoding="iso-8859-1")


def test_an_implementation_in_use_against_itself_shows_nothing_but_noise() -> None:
    session = compared(direct(Live(1)), direct(Live(2)))
    assert kinds_of(session) == {}
    noise = {kind.id for kind in session.tally.noise(str)}
    assert {"value:requests", "value:reputation"} <= noise
    assert any(id.startswith("error-text:") for id in noise)


def test_replicas_against_themselves_show_nothing_but_noise() -> None:
    session = compared(direct(Replicas(1)), direct(Replicas(2)))
    assert kinds_of(session) == {}
    noise = {kind.id for kind in session.tally.noise(str)}
    assert {"value:requests", "header:vary", "white-space"} <= noise


def test_another_order_in_each_response_is_noise() -> None:
    session = compared(direct(Shuffling(1)), direct(Shuffling(2)))
    assert kinds_of(session) == {}
    assert {"order:fields", "order:errors"} <= {kind.id for kind in session.tally.noise(str)}


def test_a_difference_is_seen_beside_the_noise() -> None:
    class Other(Live):
        def look_up(self, parameters: Any) -> Account | Refusal:
            found = super().look_up(parameters)
            return found if isinstance(found, Refusal) else replace(found, package="Other")

    kinds = kinds_of(compared(direct(Live(1)), direct(Other(2))))
    assert list(kinds) == ["value:package"]


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def late(app: Wsgi, seed: int) -> Wsgi:
    """Return an app whose responses are late by a random time."""
    chance = random.Random(seed)

    def respond(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(chance.expovariate(1 / 0.004))
        return app(environ, start)

    return respond


@pytest.fixture
def overloaded() -> Iterator[Session]:
    with (
        serve_app(late(Application(Live(1)), 1)) as old,
        serve_app(late(Application(Live(2)), 2)) as new,
        Client(target_of(default_reference(), old), Limits()) as first,
        Client(target_of(default_reference(), new), Limits()) as second,
    ):
        yield compared(first, second)


def test_each_call_reaches_both_within_a_second_although_one_is_slower() -> None:
    seconds: list[float] = []

    def keep(pairs: Pairs, _: bool) -> None:
        seconds.extend(abs(old.began - new.began) for old, new in pairs if new is not None)

    plan = Plan(Depth.QUICK, 2, tuple(Format))
    with (
        serve_app(Application(default_reference())) as url,
        Late(target_of(default_reference(), url), Limits(), 0) as old,
        Late(target_of(default_reference(), url), Limits(), 0.1) as new,
        ThreadPoolExecutor(1) as pool,
    ):
        paired = Paired(old, new, keep, pool, 8)
        paired.send_in_sequence(plan.round_robin(Format.JSON), plan.cache_probes(Format.XML))
    assert len(seconds) > 10
    assert max(seconds) < 1


def test_latency_and_jitter_over_http_are_no_difference(overloaded: Session) -> None:
    assert kinds_of(overloaded, Grade.COSMETIC) == {}
    assert overloaded.tally.compared > 400
    assert overloaded.tally.latency.median_ratio is not None
