"""Locks against guessing: correct implementations that lock an account after some calls.

A lock counts failed logins: all of them, those in a row or those within a span. Then it refuses
valid calls as well. It ends after a while, or never during a run.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, cycle
from threading import Lock

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Refusal, Request, Response
from reseller_conformance.reference.core import Parameters
from variants.registry import composed

__all__ = ["ANSWERS", "Answer", "Counting", "Locking", "for_a_moment", "in_turn", "locked", "text"]

Answer = Callable[[Reference, Format], Response]


def envelope(status: int, *headers: tuple[str, str]) -> Answer:
    """Refuse in the error envelope."""

    def response(reference: Reference, wanted: Format) -> Response:
        text = "The account is locked after too many failed logins."
        refused = reference.refuse(wanted, Refusal(status, (text,)))
        return Response(status, refused.content_type, refused.body, headers)

    return response


def text(status: int, content_type: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    """Refuse without an envelope, as a gateway before the implementation does."""
    return lambda _reference, _wanted: Response(status, content_type, body, headers)


def as_wrong_key(reference: Reference, wanted: Format) -> Response:
    """Refuse as if the key were invalid."""
    given = [("api_user", "x"), ("api_key", "x"), ("task", "overview"), ("user", "x")]
    return Reference.answer(reference, wanted, given)


ANSWERS: Mapping[str, Answer] = {
    "200": envelope(200),
    "401": envelope(401),
    "403": envelope(403),
    "423": envelope(423),
    "429": envelope(429, ("Retry-After", "900")),
    "401_empty": text(401, "text/plain", b""),
    "401_text": text(401, "text/plain", b"Invalid API key."),
    "403_page": text(403, "text/html", b"<html><body>Forbidden</body></html>"),
    "423_page": text(423, "text/html", b"<html><body>Locked</body></html>"),
    "429_page": text(429, "text/html", b"<html>Slow down</html>", ("Retry-After", "900")),
    "wrong_key": as_wrong_key,
}
"""How a locked account is refused."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The failed logins that a lock counts: those in a row, or within a span of seconds, or all.

    With `missing`, a call without a key counts too. `seconds` is the duration of the lock.
    """

    most: int
    in_a_row: bool = False
    within: float = float("inf")
    missing: bool = False
    seconds: float = float("inf")


class Locking(Reference):
    """Locks a reseller's account after failed logins to it."""

    counting = Counting(10)
    answers = staticmethod(ANSWERS["401"])

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.lock = Lock()
        self.failed: deque[float] = deque()
        self.locked_until = 0.0

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        if self.is_locked(dict(parameters)):
            return self.answers(self, wanted)
        return super().answer(wanted, parameters)

    def now(self) -> float:
        """Return the time in seconds."""
        return time.monotonic()

    def is_locked(self, given: Mapping[str, str]) -> bool:
        """Count this call, and say whether the account is locked."""
        reseller, key = self.accounts.reseller(given.get("api_user", "")), given.get("api_key")
        if reseller is None:
            return False
        counting, now = self.counting, self.now()
        with self.lock:
            if now < self.locked_until:
                return True
            if key == reseller.api_key:
                if counting.in_a_row:
                    self.failed.clear()
                return False
            if key or counting.missing:
                self.failed.append(now)
            while self.failed and self.failed[0] < now - counting.within:
                self.failed.popleft()
            if len(self.failed) >= counting.most:
                self.failed.clear()
                self.locked_until = now + counting.seconds
        return False


def locked(counting: Counting, response: str, base: type[Reference] = Reference) -> type[Reference]:
    """Return such a lock before the reference, or before an implementation with a fault."""
    return type(
        "Locked",
        (Locking, base),
        {"counting": counting, "answers": staticmethod(ANSWERS[response])},
    )


for _most in (3, 10, 50):
    for _answer in ANSWERS:
        _kind = locked(Counting(_most), _answer)
        _kind.__name__, _kind.__module__ = f"locked_after_{_most}_with_{_answer}", __name__
        composed(f"{_most} invalid keys lock the account: {_answer}")(_kind)

for _name, _what, _counting in (
    ("in_a_row", "10 invalid keys in a row lock the account", Counting(10, in_a_row=True)),
    ("missing", "10 calls without a valid key lock the account", Counting(10, missing=True)),
    ("window", "10 invalid keys within a minute lock the account", Counting(10, within=60)),
    ("second", "30 invalid keys lock the account for a second", Counting(30, seconds=1)),
    ("strict", "2 invalid keys in a row lock the account", Counting(2, in_a_row=True)),
):
    _kind = locked(_counting, "wrong_key")
    _kind.__name__, _kind.__module__ = f"locked_by_{_name}", __name__
    composed(_what)(_kind)


class LockedForAMoment(Locking):
    """A lock that ends after some calls."""

    counting = Counting(3, missing=True, seconds=20)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.ticks = count()

    def now(self) -> float:
        """Return the time, which each call moves on by a second."""
        return float(next(self.ticks))


def for_a_moment(response: str) -> type[LockedForAMoment]:
    """Return such a lock, with this response."""
    return type("Locked", (LockedForAMoment,), {"answers": staticmethod(ANSWERS[response])})


for _answer in ("401_empty", "403_page", "423"):
    _kind = for_a_moment(_answer)
    _kind.__name__, _kind.__module__ = f"locked_for_a_moment_with_{_answer}", __name__
    composed(f"3 calls without a valid key lock the account for 20 calls: {_answer}")(_kind)


def in_turn(nodes: int, node: type[Reference]) -> type[Reference]:
    """Return so many nodes that take turns, each of which counts failed logins for itself."""

    class InTurn(Reference):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            self.nodes = cycle([node(*arguments) for _ in range(nodes)])

        def respond(self, request: Request) -> Response:
            return next(self.nodes).respond(request)

    return InTurn


for _nodes, _most, _answers in (
    (2, 3, ("200", "401", "403_page", "429", "wrong_key")),
    (2, 50, ("403_page", "429_page")),
    (3, 3, ("401_empty", "403_page", "wrong_key")),
    (4, 10, ("401", "423_page")),
):
    for _answer in _answers:
        _kind = in_turn(_nodes, locked(Counting(_most), _answer))
        _kind.__name__ = f"locked_on_some_of_{_nodes}_nodes_after_{_most}_with_{_answer}"
        _kind.__module__ = __name__
        composed(f"{_nodes} nodes in turn, each locked by {_most} invalid keys: {_answer}")(_kind)
