"""Where asking, or trying again, is still worth its time.

A server that hangs would cost each call the whole time limit, one whose answers are endless or huge
all memory, and one that fails for good all tries and waits. Which reply asks for another try is
left to `retrying`.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.client.http.transport import Reply
from reseller_conformance.client.retry_policy import asks_everybody, hopeless
from reseller_conformance.exchange import Transport

__all__ = ["Hopes"]

NEVER = 3
"""After so many calls of a family that were never answered to the end, or put off for longer than a
run may wait, no more are asked; any other family of calls that are not right gets one try then."""

LONG = 16 * 1024
"""Bytes of a body that is much longer than an envelope, which has a few hundred."""

MEGABYTE = 1024 * 1024
PLENTY = {
    Expected.OVERVIEW: 6 * MEGABYTE,
    Expected.ERROR: 16 * MEGABYTE,
    Expected.EITHER: 6 * MEGABYTE,
}
"""After so many bytes of long bodies no more of a family are asked: all of them are remembered.

Text of an overview may take four times as much again; a page of an error is often a debugger's.
"""

KINDS = {Expected.OVERVIEW: "right", Expected.ERROR: "wrong", Expected.EITHER: "unusual"}

IN_VAIN = 5
"""After so many calls in a row whose tries were all in vain, the next ones get one try each."""


class Hopes:
    """What a run has learnt about its target.

    Calls are of one family where they are of one format and due the same kind of answer: few
    enough that a server which hangs on whatever is wrong costs a few time limits, and apart enough
    that the documented call is asked all the same.
    """

    def __init__(self, timeout: float) -> None:
        """Know nothing yet; a call has `timeout` seconds."""
        self._timeout = timeout
        self._lock = Lock()
        self._unanswered: Counter[object] = Counter()
        self._in_vain: Counter[object] = Counter()
        self._long: Counter[object] = Counter()
        self._hangs = False

    def given_up(self, case: Case) -> str:
        """Say why calls like this one are not worth asking any more; nothing where they are."""
        family, kind = _family(case), KINDS[case.expected]
        if self._unanswered[family] >= (1 if self._hangs and case.wrong else NEVER):
            return f"{kind} calls were never answered to the end"
        plenty = PLENTY[case.expected]
        if self._long[family] >= plenty:
            return (
                f"{kind} calls brought {plenty // MEGABYTE} MB of bodies longer than any envelope"
            )
        return ""

    def of_another_try(self, case: Case, reply: Reply) -> bool:
        """Say whether another try may help where this came."""
        return not hopeless(reply) and self._in_vain[_kin(case, reply)] < IN_VAIN

    def learn(self, case: Case, replies: list[Reply], turned_away: bool) -> None:
        """Take in the replies to one call, and whether it was turned away to the last."""
        size = len(replies[-1].body)
        with self._lock:
            self._long[_family(case)] += size if size > LONG else 0
            if self._never_ended(replies[-1]):
                self._unanswered[_family(case)] += 1
                self._hangs |= self._unanswered[_family(case)] >= NEVER
            if turned_away:
                self._in_vain[_kin(case, replies[-1])] += 1
            elif len(replies) > 1:
                self._in_vain[_kin(case, replies[-2])] = 0

    def _never_ended(self, reply: Reply) -> bool:
        """Say whether the whole time limit went by, or more came than is read, or a putting off."""
        if reply.problem is None:
            return hopeless(reply)
        unheard = reply.problem.kind is Transport.UNREACHABLE and reply.seconds >= self._timeout
        return unheard or reply.problem.kind in (Transport.TIMEOUT, Transport.TOO_LARGE)


def _family(case: Case) -> object:
    return case.format, case.expected


def _kin(case: Case, reply: Reply) -> object:
    """Where replies tell of the same cause: one that speaks to everybody is of no family."""
    return "everybody" if asks_everybody(reply) else _family(case)
