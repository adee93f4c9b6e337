"""Compare saved responses for one customer: both formats, and one call after the other.

Only the most recent customers are kept. The account may be
live, so that what differs is judged only where a call before and one after say what is right
(specification, section 5); texts and days do not count up, and are compared without.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from reseller_conformance import requirements as r
from reseller_conformance.checks import consistency, errors, values
from reseller_conformance.checks.consistency import Bracketed
from reseller_conformance.checks.moving_counters import CounterHistory, counts_alone
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.rules import COMPARISONS, Evidence
from reseller_conformance.contract import FIELD_NAMES, FIELDS, Format, Kind
from reseller_conformance.envelope import EnvelopeKind, Unreadable
from reseller_conformance.offline.rules import is_plain
from reseller_conformance.offline.saved_response import SavedResponse
from reseller_conformance.offline.tally import Tally

__all__ = ["AccountComparator"]

MAX_ACCOUNTS = 5_000
"""Customers, and invalid calls, that are kept."""

MAX_WAITING = 50
"""Responses about one customer that wait for a call in the other format after them."""

MAX_CYCLE_GAP_SECONDS = 3600.0
"""Seconds in which neither a package nor a billing cycle is thought to change."""

_FIXED = frozenset(field.name for field in FIELDS if field.kind is not Kind.COUNT)


Responses = tuple[SavedResponse, SavedResponse, SavedResponse]
"""A response in one format, between two in the other."""


@dataclass(slots=True)
class _Account:
    """The last overview of one customer in each format, and those that are compared later.

    `waiting` are those without a call after them yet. `disputed` are those whose counts alone
    differ: a later call may show that such a count moves both ways.
    """

    latest: dict[Format, SavedResponse] = field(default_factory=dict)
    waiting: list[tuple[SavedResponse, SavedResponse]] = field(default_factory=list)
    disputed: list[Responses] = field(default_factory=list)
    history: CounterHistory = field(default_factory=CounterHistory)


class AccountComparator:
    """Compares responses as they come, and adds the result to the tally."""

    def __init__(self, tally: Tally) -> None:
        """Begin with none."""
        self._tally = tally
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._refused: OrderedDict[str, SavedResponse] = OrderedDict()

    def take(self, saved: SavedResponse) -> None:
        """Compare one more response with those before it."""
        case, looks = saved.response.case, saved.response.kind
        if not is_plain(saved):
            return
        if case.invalid and looks is EnvelopeKind.ERRORS:
            self._again(saved)
        elif saved.account and not case.invalid and looks is EnvelopeKind.OVERVIEW:
            if saved.account not in self._accounts and len(self._accounts) >= MAX_ACCOUNTS:
                self._evict(self._accounts.popitem(last=False)[1])
            account = self._accounts.setdefault(saved.account, _Account())
            self._accounts.move_to_end(saved.account)
            self._beside(account, saved)

    def finish(self) -> None:
        """Compare what still waits."""
        while self._accounts:
            self._evict(self._accounts.popitem(last=False)[1])

    # --- One format after itself -----------------------------------------------------------------

    def _again(self, saved: SavedResponse) -> None:
        if len(self._refused) >= MAX_ACCOUNTS:
            self._refused.popitem(last=False)
        first = self._refused.setdefault(saved.request, saved)
        if first is not saved:
            violations = errors.steady((first.response, saved.response))
            self._tally.judge(
                r.ERRORS_DETERMINISTIC, violations, (first, saved), saved.response.case.format
            )

    def _beside(self, account: _Account, saved: SavedResponse) -> None:
        format = saved.response.case.format
        before = account.latest.get(format)
        if before is not None and before.ended <= saved.began:
            violations = values.steady((before.response, saved.response))
            self._tally.judge(r.CONSISTENCY_COUNTERS, violations, (before, saved), format)
        account.history.add(saved.response)
        self._complete(account, saved)
        self._start(account, saved)
        account.latest[format] = saved

    # --- One format beside the other -------------------------------------------------------------

    def _start(self, account: _Account, saved: SavedResponse) -> None:
        """Compare a response with the last one in the other format, or keep it for later."""
        format = saved.response.case.format
        other = next((s for f, s in account.latest.items() if f is not format), None)
        if other is None:
            return
        if not any(consistency.formats(_group(other, saved, other))):
            self._compare((other, saved, other))
        elif other.ended <= saved.began:
            account.waiting.append((other, saved))
            if len(account.waiting) > MAX_WAITING:
                self._compare_fixed(*account.waiting.pop(0))
        else:
            self._compare_fixed(other, saved)

    def _complete(self, account: _Account, after: SavedResponse) -> None:
        """Compare the responses that were kept for this one."""
        still = []
        for before, saved in account.waiting:
            fits = before.response.case.format is after.response.case.format
            if fits and saved.ended <= after.began:
                self._compare_or_keep(account, (before, saved, after))
            else:
                still.append((before, saved))
        account.waiting = still

    def _evict(self, account: _Account) -> None:
        for before, saved in account.waiting:
            self._compare_fixed(before, saved)
        moving = account.history.moving(set(Format))
        for responses in account.disputed:
            self._compare(responses, moving=moving)

    def _compare_or_keep(self, account: _Account, responses: Responses) -> None:
        if counts_alone(_group(*responses)) and len(account.disputed) < MAX_WAITING:
            account.disputed.append(responses)
        else:
            self._compare(responses, moving=account.history.moving(set(Format)))

    def _compare_fixed(self, before: SavedResponse, saved: SavedResponse) -> None:
        """Compare the values that are no counts, if nothing else can be compared."""
        if saved.began - before.ended < MAX_CYCLE_GAP_SECONDS:
            self._compare((before, saved, before), _FIXED)

    def _compare(
        self,
        responses: Responses,
        names: Collection[str] = FIELD_NAMES,
        moving: frozenset[str] = frozenset(),
    ) -> None:
        before, saved, _ = responses
        group = replace(_group(*responses, names), wavering=moving)
        xml = before if before.response.case.format is Format.XML else saved
        for comparison in COMPARISONS:
            raw_bytes_missing = Evidence.RAW_BYTES in comparison.needs and not xml.raw_bytes
            if raw_bytes_missing or not saved.response.values.keys() >= set(comparison.fields):
                continue
            found = list(comparison.check(group))
            # Equal values prove nothing where some were left out of the comparison.
            if found or comparison.requirement is not r.CONSISTENCY_FORMATS or names is FIELD_NAMES:
                self._tally.judge(comparison.requirement, found, responses, comparison.format)


def _group(
    before: SavedResponse,
    saved: SavedResponse,
    after: SavedResponse,
    names: Collection[str] = FIELD_NAMES,
) -> Bracketed:
    return Bracketed(_told(before, names), _told(saved, names), _told(after, names))


def _told(saved: SavedResponse, names: Collection[str]) -> Response:
    """Return the response with these of its values only, without a text that the recorder decoded.

    Which encoding it took is not known: for JSON that may have been the header's.
    """
    if saved.raw_bytes and names is FIELD_NAMES:
        return saved.response
    values = saved.response.values
    package = values.get("package")
    garbled = not saved.raw_bytes and isinstance(package, str) and not package.isascii()
    kept = {n: v for n, v in values.items() if n in names and not (garbled and n == "package")}
    if len(kept) == len(values):
        return saved.response
    return replace(saved.response, envelope=Unreadable((), EnvelopeKind.OVERVIEW, kept))
