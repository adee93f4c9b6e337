"""Protection before a target is no violation, and hides none: lockouts, bans, quotas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import judging
from faults import FAULTS
from faults.registry import ACCOUNTS, sent
from judging import ACCOUNTS_FILE, Direct, Judged, settings, target_of
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.risks import (
    holds_attack_text,
    may_fail_login,
    sends_wrong_credentials,
)
from reseller_conformance.client import Client
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.config.expected_accounts import load_expectations
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem
from reseller_conformance.findings.environment import EnvironmentKind, EnvironmentNote
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.suite.environment import NO_WRONG_CREDENTIALS
from reseller_conformance.suite.plan_preview import planned_calls
from variants import VARIANTS
from variants.address_locks import AddressLock
from variants.locks import ANSWERS, Counting, for_a_moment, in_turn, locked
from variants.protection import QUOTAS, TURNED_AWAY, Ban, CallerLock, Guard, Quota


@dataclass(frozen=True)
class Run:
    """How a run ended: the judged requirements, why calls stopped, and the number of calls."""

    judged: list[Judged]
    note: EnvironmentNote | None
    calls: int
    notes: tuple[EnvironmentNote, ...]
    silence_hint: str

    def ids(self, outcome: Outcome) -> set[str]:
        return {one.requirement.id for one in self.judged if one.outcome is outcome}

    @property
    def reasons(self) -> set[str]:
        return {one.reason for one in self.judged if one.outcome is Outcome.NOT_TESTED}


@pytest.fixture
def run(monkeypatch) -> Callable[..., Run]:
    made = []

    class Kept(judging.TargetSession):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(judging, "TargetSession", Kept)

    def run(
        reference: Reference,
        depth: str = "quick",
        client_of: Callable[[Reference, Target], Direct] = Direct,
        **options: object,
    ) -> Run:
        target = target_of(reference, EMBEDDED_URL)
        client = client_of(reference, target)
        judged = judging.judge(target, replace(settings(depth), **options), client)
        environment = made[-1].environment
        calls = client.traffic.calls
        hint = environment.silence_hint
        return Run(judged, environment.note, calls, environment.notes, hint)

    return run


# --- Lockouts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("response", ANSWERS)
@pytest.mark.parametrize("most", [3, 10, 50])
def test_a_lock_is_no_violation_and_is_named_once(run, most, response):
    done = run(locked(Counting(most), response)(ACCOUNTS))
    assert done.ids(Outcome.FAILED) == set()
    assert done.note.kind is EnvironmentKind.LOCKOUT
    assert done.note.calls >= most
    because = [reason for reason in done.reasons if done.note.reason in reason]
    assert len(because) == 1


@pytest.mark.parametrize("response", ["200", "401_empty", "403_page", "429", "wrong_key"])
@pytest.mark.parametrize(("nodes", "most"), [(2, 3), (2, 10), (3, 3)])
def test_a_lock_on_some_nodes_is_no_violation(run, nodes, most, response):
    done = run(in_turn(nodes, locked(Counting(most), response))(ACCOUNTS))
    assert done.ids(Outcome.FAILED) == set()
    assert done.notes


def refusing(refuses: Callable[[Request], bool], page: Response) -> type[Reference]:
    class Refusing(Reference):
        def respond(self, request: Request) -> Response:
            return page if refuses(request) else super().respond(request)

    return Refusing


@pytest.mark.parametrize("response", ["401", "403_page", "wrong_key"])
def test_a_fault_that_looks_like_the_lock_on_some_nodes_is_found(run, response):
    """The same page for each call of a browser is no lock."""
    page = Response(403, "text/html", b"<html><body>Forbidden</body></html>")
    fault = refusing(lambda request: "text/html" in dict(request.headers).get("Accept", ""), page)
    done = run(in_turn(2, locked(Counting(10), response, fault))(ACCOUNTS))
    assert "clients.accept" in done.ids(Outcome.FAILED)


@pytest.mark.parametrize("most", [3, 10, 50])
def test_a_lock_keeps_nothing_without_wrong_credentials_from_being_tested(run, most):
    passed = run(locked(Counting(most), "wrong_key")(ACCOUNTS), "standard").ids(Outcome.PASSED)
    assert {"success.returned", "consistency.formats", "values.balance"} <= passed
    assert {"request.order", "rejects.user-unknown", "rejects.task-other"} <= passed
    assert "rejects.api-key-wrong" not in passed


def test_a_lock_that_a_valid_call_resets_is_avoided_by_short_rows(run):
    reference = locked(Counting(10, in_a_row=True), "401")(ACCOUNTS)
    done = run(reference, "standard", wrong_credentials=5)
    assert done.note is None
    assert done.ids(Outcome.NOT_TESTED) == set()


def test_a_lock_is_said_to_come_after_at_most_so_many_in_a_row(run):
    done = run(locked(Counting(10, in_a_row=True), "401")(ACCOUNTS), "standard")
    assert "in a row" in done.note.reason
    assert "--wrong-credentials" in done.note.way_out


def test_no_call_is_made_after_a_lock(run):
    class Counted(locked(Counting(10), "423")):
        after = 0

        def is_locked(self, given):
            refused = super().is_locked(given)
            self.after += refused
            return refused

    reference = Counted(ACCOUNTS)
    done = run(reference)
    assert done.note.kind is EnvironmentKind.LOCKOUT
    assert reference.after < 50


def test_a_lock_after_calls_without_a_key_is_one_too(run):
    done = run(locked(Counting(5, missing=True), "403")(ACCOUNTS))
    assert done.note.kind is EnvironmentKind.LOCKOUT
    assert done.ids(Outcome.FAILED) == set()


@pytest.mark.parametrize("most", range(9, 15))
def test_a_lock_is_one_although_the_latest_calls_lacked_more_than_credentials(run, most):
    class AnyLogin(Reference):
        failed = 0

        def answer(self, wanted, parameters):
            given, ours = dict(parameters), self.accounts.resellers[0]
            wrong = (given.get("api_user"), given.get("api_key")) != (ours.api_user, ours.api_key)
            self.failed += wrong
            return super().answer(wanted, [] if self.failed >= most else parameters)

    done = run(AnyLogin(ACCOUNTS))
    assert done.note.kind is EnvironmentKind.LOCKOUT
    assert done.ids(Outcome.FAILED) == set()


def test_one_wrong_call_that_spoils_the_next_valid_one_is_a_violation(run):
    class Spoilt(Reference):
        spoilt = False

        def answer(self, wanted, parameters):
            given = dict(parameters)
            key = self.accounts.resellers[0].api_key
            self.spoilt, before = given.get("api_key") != key, self.spoilt
            return super().answer(wanted, [] if before else parameters)

    done = run(Spoilt(ACCOUNTS), "standard")
    assert done.note is None
    assert "isolation.sequence" in done.ids(Outcome.FAILED)


def test_valid_calls_that_fail_after_unknown_customers_are_a_violation(run):
    done = run(FAULTS["locked_out_after_5_wrong_user"].make())
    assert done.note is None
    assert "request.order" in done.ids(Outcome.FAILED)


def test_a_lock_is_seen_where_the_circuit_of_valid_calls_is_open():
    with (
        VARIANTS["locked_after_10_with_429"].serve() as running,
        Client(running.target, Limits()) as client,
    ):
        judged = judging.judge(running.target, settings("standard"), client)
    assert [one.requirement.id for one in judged if one.outcome is Outcome.FAILED] == []


# --- A lock and a fault --------------------------------------------------------------------------


def faulty(name: str, counting: Counting, response: str = "401") -> Reference:
    """Return an implementation with this fault, behind this lock."""

    class Guarded(locked(counting, response)):
        wrong = FAULTS[name].make()

        def respond(self, request):
            if self.is_locked(sent(request)):
                return self.answers(self, self.find_format(request.path))
            return self.wrong.respond(request)

    return Guarded(ACCOUNTS)


@pytest.mark.parametrize(
    "name", ["requests_and_credits_used_swapped", "balance_exchanged", "task_missing_accepted"]
)
@pytest.mark.parametrize("most", [3, 10])
def test_a_fault_that_shows_before_the_lock_is_found(run, name, most):
    fault = FAULTS[name]
    done = run(faulty(name, Counting(most)), expected=load_expectations(Path(ACCOUNTS_FILE)))
    assert fault.fails.id in done.ids(Outcome.FAILED)
    assert done.ids(Outcome.FAILED) <= {fault.fails.id, *(one.id for one in fault.also)}


@pytest.mark.parametrize(
    "name",
    ["api_key_prefix_accepted", "api_key_prefix_accepted_in_xml", "any_key_after_50_wrong_ones"],
)
def test_a_fault_behind_the_lock_does_not_pass(run, name):
    fault = FAULTS[name]
    done = run(faulty(name, Counting(10)))
    assert [
        one
        for one in done.judged
        if one.requirement is fault.fails
        and one.outcome is Outcome.PASSED
        and one.format in fault.formats
    ] == []


# --- Runs without invalid credentials ------------------------------------------------------------


def test_without_wrong_credentials_none_is_sent(run):
    class Counted(Reference):
        wrong = 0

        def answer(self, wanted, parameters):
            key = dict(parameters).get("api_key")
            self.wrong += key not in (None, self.accounts.resellers[0].api_key)
            return super().answer(wanted, parameters)

    reference = Counted(ACCOUNTS)
    done = run(reference, "standard", wrong_credentials=0)
    assert "rejects.api-key-wrong" in done.ids(Outcome.NOT_TESTED)
    assert "rejects.user-missing" in done.ids(Outcome.PASSED)
    assert "http.delivered" in done.ids(Outcome.PASSED)
    assert all(
        NO_WRONG_CREDENTIALS in reason for reason in done.reasons if "--expect" not in reason
    )
    assert reference.wrong == 0


# --- Firewalls and quotas ------------------------------------------------------------------------

PAGE = Response(403, "text/html", b"<html><body>Request blocked</body></html>")


class Banning(Reference):
    """A firewall that blocks texts like an attack, and after some of them every call."""

    most = 5
    page = PAGE
    seen = 0

    def respond(self, request: Request) -> Response:
        query = request.query.lower()
        attack = any(word in query for word in (b"script", b"union", b"or%20", b"passwd"))
        self.seen += attack
        return self.page if attack or self.seen > self.most else super().respond(request)


@pytest.mark.parametrize("status", [200, 403, 406])
def test_a_ban_after_attack_texts_is_named_once(run, status):
    reference = Banning(ACCOUNTS)
    reference.page = replace(PAGE, status=status)
    done = run(reference)
    assert done.note.kind is EnvironmentKind.FIREWALL
    assert "success.returned" in done.ids(Outcome.PASSED)
    assert "request.order" not in done.ids(Outcome.FAILED)


@pytest.mark.parametrize("most", [20, 150, 400])
def test_a_quota_that_is_used_up_is_no_violation(run, most):
    class Quota(Reference):
        seen = 0

        def respond(self, request):
            self.seen += 1
            if self.seen <= most:
                return super().respond(request)
            return Response(429, "text/html", b"<html>Quota</html>", (("Retry-After", "86400"),))

    done = run(Quota(ACCOUNTS))
    assert done.ids(Outcome.FAILED) == set()
    assert done.note.kind is EnvironmentKind.QUOTA
    assert done.calls < most + 50


# --- Other protection ----------------------------------------------------------------------------


def guarded(kind: type[Guard], name: str = "", **members: object) -> Guard:
    """Return an implementation behind this guard, optionally with this fault."""
    if name:
        wrong = FAULTS[name].make()
        members["behind"] = lambda _self, request: wrong.respond(request)
    return type("Guarded", (kind,), members)(ACCOUNTS)


@pytest.mark.parametrize("response", ["402", "403_quota", "200_limit", "429", "503_page"])
def test_a_quota_is_recognised_without_a_long_retry_after(run, response):
    done = run(guarded(Quota, answers=staticmethod(QUOTAS[response])))
    assert done.ids(Outcome.FAILED) <= {"http.error-status"}
    assert done.note.kind is EnvironmentKind.QUOTA


@pytest.mark.parametrize(
    ("depth", "way_out"),
    [
        ("smoke", "raise the quota of the test account"),
        ("quick", "raise the quota of the test account, or make fewer calls with --depth smoke"),
        ("standard", "raise the quota of the test account, or make fewer calls with --depth quick"),
    ],
)
def test_the_way_out_of_a_quota_is_a_depth_with_fewer_calls(run, depth, way_out):
    quota = {"answers": staticmethod(QUOTAS["429"]), "most": 6 if depth == "smoke" else 100}
    done = run(guarded(Quota, **quota), depth)
    assert done.note.way_out == way_out


def test_a_ban_is_the_reason_for_all_that_could_not_be_judged(run):
    done = run(guarded(Ban))
    assert {reason for reason in done.reasons if done.note.reason not in reason} == set()
    assert "clients.accept" in done.ids(Outcome.NOT_TESTED)


def test_a_short_ban_is_waited_for_and_its_calls_are_made_again(run):
    done = run(guarded(Ban, lasts=30.0))
    assert done.note is None
    [note] = done.notes
    assert note.kind is EnvironmentKind.FIREWALL
    assert note.waited_seconds == 3
    assert done.ids(Outcome.NOT_TESTED) == set()
    assert done.ids(Outcome.FAILED) == {"request.attack-text"}


@pytest.mark.parametrize("lasts", [5.0, 20.0])
def test_a_ban_for_a_moment_voids_no_more_than_its_calls(run, lasts):
    done = run(guarded(Ban, lasts=lasts, most=3))
    assert done.note is None
    assert done.ids(Outcome.NOT_TESTED) == set()
    assert done.ids(Outcome.FAILED) == {"request.attack-text"}


def every_fortieth_call_gets(reference: Reference, page: Response) -> Reference:
    """Return the reference with a fault of its own that looks like a firewall's page."""
    calls, respond = count(1), reference.respond
    reference.respond = lambda request: page if next(calls) % 40 == 0 else respond(request)
    return reference


def test_a_page_now_and_then_is_a_fault_although_a_firewall_has_the_same_page(run):
    guard = guarded(Ban, lasts=5.0, most=3)
    done = run(every_fortieth_call_gets(guard, guard.page), "standard")
    assert {"readable.format", "success.returned"} & done.ids(Outcome.FAILED)


@pytest.mark.parametrize("most", [3, 20])
def test_a_lock_of_a_pair_of_account_and_customer_violates_nothing(run, most):
    page = staticmethod(ANSWERS["403_page"])
    done = run(
        guarded(CallerLock, counted_by=("api_user", "user"), most=most, answers=page), "standard"
    )
    assert done.ids(Outcome.FAILED) == set()
    assert done.ids(Outcome.NOT_TESTED) >= {"rejects.api-key-wrong", "rejects.combined"}


@pytest.mark.parametrize("answer", TURNED_AWAY)
def test_failed_logins_may_be_turned_away_in_any_form(run, answer):
    lock = guarded(CallerLock, failed_only=True, most=6, answers=staticmethod(TURNED_AWAY[answer]))
    done = run(lock)
    assert done.ids(Outcome.FAILED) == set()
    assert "rejects.api-key-wrong" in done.ids(Outcome.NOT_TESTED)


def test_a_page_for_every_wrong_account_is_a_fault_although_a_lock_has_the_same_page(run):
    class Paged(CallerLock):
        failed_only, answers = True, staticmethod(ANSWERS["403_page"])

        def answer(self, wanted, parameters):
            if self.accounts.reseller(dict(parameters).get("api_user", "")) is None:
                return self.answers(self, wanted)
            return super().answer(wanted, parameters)

    assert "readable.format" in run(Paged(ACCOUNTS)).ids(Outcome.FAILED)


@pytest.mark.parametrize("kind", [Quota, Ban])
@pytest.mark.parametrize("name", ["package_missing", "balance_exchanged"])
def test_a_fault_that_shows_before_a_quota_or_ban_is_found(run, kind, name):
    assert FAULTS[name].fails.id in run(guarded(kind, name)).ids(Outcome.FAILED)


@pytest.mark.parametrize("kind", [Quota, Ban])
def test_a_fault_behind_a_quota_or_ban_does_not_pass(run, kind):
    done = run(guarded(kind, "api_key_prefix_accepted", most=3 if kind is Ban else 100))
    assert "rejects.api-key-wrong" in done.ids(Outcome.NOT_TESTED)


def test_a_lock_of_one_customer_ends_the_calls(run):
    done = run(guarded(CallerLock, counted_by=("user",), answers=staticmethod(ANSWERS["403_page"])))
    assert done.ids(Outcome.FAILED) == set()
    assert "of one customer" in done.note.reason


@pytest.mark.parametrize("response", ["403_page", "423", "429_page"])
def test_a_lock_for_failed_logins_only_leaves_out_no_other_call(run, response):
    done = run(guarded(CallerLock, failed_only=True, answers=staticmethod(ANSWERS[response])))
    assert done.ids(Outcome.FAILED) == set()
    assert "rejects.api-key-wrong" in done.ids(Outcome.NOT_TESTED)
    assert {"request.order", "isolation.customers"} <= done.ids(Outcome.PASSED)


def test_a_lock_for_failed_logins_only_is_seen_with_one_customer(run):
    first, *others = ACCOUNTS.resellers
    alone = replace(first, customers=first.customers[:1])
    accounts = replace(ACCOUNTS, resellers=(alone, *others))
    page = staticmethod(ANSWERS["403_page"])
    lock = type("Guarded", (CallerLock,), {"failed_only": True, "most": 5, "answers": page})
    done = run(lock(accounts), "standard")
    assert done.ids(Outcome.FAILED) & {"readable.format", "request.special-text"} == set()
    assert "rejects.api-key-wrong" in done.ids(Outcome.NOT_TESTED)


def test_a_firewall_is_one_finding_with_the_texts_that_it_stops(run):
    done = run(FAULTS["firewall_with_403_page"].make())
    [found] = [one for one in done.judged if one.outcome is Outcome.FAILED]
    assert (found.requirement.id, found.format) == ("request.attack-text", "both")
    assert "<script>" in found.reason or "UNION" in found.reason or "' OR" in found.reason


def test_calls_that_are_no_attack_and_refused_alike_are_named(run):
    class Strict(Reference):
        def respond(self, request):
            names = {name for name, _ in parse_qsl(request.query.decode("latin-1"))}
            if not names <= {*PARAMETERS} and b"%5B" not in request.query:
                return ANSWERS["403_page"](self, self.find_format(request.path))
            return super().respond(request)

    done = run(Strict(ACCOUNTS))
    [attack] = [one for one in done.judged if one.requirement.id == "request.attack-text"]
    assert "request.special-text" not in done.ids(Outcome.FAILED)
    assert attack.outcome is Outcome.NOT_TESTED
    assert attack.reason.startswith("other calls are refused in this way too: HTTP 403")


def test_other_texts_that_are_refused_alike_have_their_requirement(run):
    class Strict(Reference):
        def respond(self, request):
            if b"user=%27&" in request.query + b"&":
                return ANSWERS["403_page"](self, self.find_format(request.path))
            return super().respond(request)

    done = run(Strict(ACCOUNTS))
    [attack] = [one for one in done.judged if one.requirement.id == "request.attack-text"]
    assert "request.special-text" in done.ids(Outcome.FAILED)
    assert attack.reason == "other texts are refused in this way: see request.special-text"


@pytest.mark.parametrize("most", [0, 25])
def test_the_plan_counts_the_wrong_credentials_that_a_run_sends(most):
    reference = Reference(ACCOUNTS)
    target = target_of(reference, EMBEDDED_URL)
    chosen = replace(settings("quick"), wrong_credentials=most)
    client = Direct(reference, target)
    judging.judge(target, chosen, client)
    sent = {c for c in client._asked if sends_wrong_credentials(c)}
    planned = sum(one.wrong_credentials for one in planned_calls(target, chosen))
    assert (planned > 0) == bool(most)
    assert planned <= len(sent) <= 1.2 * planned


class RefusesFormat(Reference):
    """Refuses each call in XML from some call on, with a page."""

    first = 300
    calls = 0

    def respond(self, request: Request) -> Response:
        self.calls += 1
        if self.calls > self.first and request.path.endswith(".xml"):
            return PAGE
        return super().respond(request)


def test_a_format_that_is_refused_from_some_call_on_is_no_lock(run):
    done = run(RefusesFormat(ACCOUNTS), "standard")
    assert "readable.format" in done.ids(Outcome.FAILED)
    assert done.note is None


def test_a_call_in_another_order_that_gets_the_words_of_a_lock_each_time_is_a_violation(run):
    class Ordered(AddressLock):
        def refuses(self, request):
            names = [name for name, _ in parse_qsl(request.query.decode())]
            return super().refuses(request) or names == [*reversed(PARAMETERS)]

    assert run(Ordered(ACCOUNTS)).ids(Outcome.FAILED) == {"request.order"}


def test_a_lock_that_ends_before_a_control_call_is_in_the_notes(run):
    done = run(for_a_moment("401_empty")(ACCOUNTS), "standard")
    assert done.ids(Outcome.FAILED) == set()
    assert {note.kind for note in done.notes} == {EnvironmentKind.LOCKOUT}


# --- Bans of the address -------------------------------------------------------------------------

SILENCE = {
    TransportErrorKind.UNREACHABLE: "http.delivered",
    TransportErrorKind.TIMEOUT: "http.timeout",
}


@dataclass
class AddressBan:
    """Makes clients that get no more responses after `most` calls of a kind.

    A page comes before that for `pages` calls, and `delay` more calls are answered as before.
    `chosen` are the calls that the ban turns away.
    """

    problem: TransportErrorKind
    most: int = 5
    counts: Callable[[Case], bool] = may_fail_login
    pages: int = 0
    delay: int = 0
    chosen: Callable[[Case], bool] = lambda _: True

    def __call__(self, reference: Reference, target: Target) -> Direct:
        ban = self

        class Banned(Direct):
            counted = later = 0

            def _ask(self, case: Case) -> Exchange:
                if case in self._asked:
                    return self._asked[case]
                exchange = super()._ask(case)
                is_banned = self.counted >= ban.most
                self.counted += ban.counts(case)
                self.later += is_banned
                if is_banned and self.later > ban.delay and ban.chosen(case):
                    exchange = ban.refuse(exchange, self.later - ban.delay)
                self._asked[case] = exchange
                return exchange

        return Banned(reference, target)

    def refuse(self, exchange: Exchange, nth: int) -> Exchange:
        case, url, began = exchange.case, exchange.url, exchange.began
        if nth <= self.pages:
            page = (("Content-Type", "text/html"),)
            return Exchange(case, url, 403, page, b"<html>No</html>", began=began)
        return Exchange(case, url, problem=TransportProblem(self.problem, "lost"), began=began)


@pytest.mark.parametrize("problem", SILENCE)
@pytest.mark.parametrize("ban", [{"most": 3}, {"most": 10}, {"most": 40}, {"delay": 1}], ids=str)
def test_silence_after_failed_logins_is_a_violation_that_names_a_ban(run, problem, ban):
    done = run(Reference(ACCOUNTS), client_of=AddressBan(problem, **ban))
    assert done.ids(Outcome.FAILED) == {SILENCE[problem]}
    assert "failed logins. If the target is up" in done.silence_hint


@pytest.mark.parametrize("problem", SILENCE)
def test_silence_after_attack_texts_is_a_violation_that_names_a_ban(run, problem):
    ban = AddressBan(problem, 10, lambda case: holds_attack_text(case) and not may_fail_login(case))
    done = run(Reference(ACCOUNTS), "standard", ban)
    assert done.ids(Outcome.FAILED) == {SILENCE[problem]}
    assert done.silence_hint


@pytest.mark.parametrize("problem", SILENCE)
@pytest.mark.parametrize(
    "ban",
    [
        {"most": 2},
        {"counts": lambda case: case.format is Format.XML, "most": 20},
        {"chosen": lambda case: case.format is Format.XML},
    ],
    ids=["after two logins", "after valid calls", "in one format"],
)
def test_silence_for_another_reason_names_no_ban(run, problem, ban):
    done = run(Reference(ACCOUNTS), client_of=AddressBan(problem, **ban))
    assert SILENCE[problem] in done.ids(Outcome.FAILED)
    assert not done.silence_hint


@pytest.mark.parametrize("most", [5, 18, 23, 24])
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_ban_that_begins_with_a_page_and_then_drops_connections_is_no_violation(run, pages, most):
    ban = AddressBan(TransportErrorKind.DROPPED, most, sends_wrong_credentials, pages)
    done = run(Reference(ACCOUNTS), "standard", ban)
    assert done.ids(Outcome.FAILED) == set()
    assert done.note is not None
