"""The report of a violated requirement: the simplest examples, and new kinds before known ones."""

from dataclasses import replace
from types import SimpleNamespace

from made_responses import RIGHT, response_to
from reseller_conformance import requirements as r
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks.violation import Violation
from reseller_conformance.client.target import Target
from reseller_conformance.contract import Format
from reseller_conformance.findings.kinds import MAX_SPOTS, Spot
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.suite.failure_report import FailureReport

KEY = "k-0123456789-secret"
TARGET = Target("http://h", "reseller", Secret(KEY), ("customer",))


class Baseline:
    """Accepts every place except `new`."""

    def known_entry(self, spot: Spot):
        return None if spot.place == "new" else SimpleNamespace(why=f"agreed; not {KEY}")


def report(baseline=None, app="") -> FailureReport:
    settings = SimpleNamespace(baseline=baseline, app=app, app_log="")
    session = SimpleNamespace(target=TARGET, settings=settings)
    return FailureReport(r.SUCCESS_NO_EXTRAS, Format.JSON, session, str.upper)


def violation(where="new", case=RIGHT, status=200, hint="") -> Violation:
    return Violation(response_to(case, status), where, "nothing", "a text", hint)


def letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def test_a_new_kind_is_not_hidden_by_any_number_of_known_ones():
    known = [violation(letters(number)) for number in range(MAX_SPOTS + 10)]
    last = violation(case=replace(RIGHT, user=State.EMPTY))
    kinds = report(Baseline()).findings_by_kind([*known, last], "")
    first = next(iter(kinds.values()))
    assert (first.where, first.known) == ("new", "")
    assert len(kinds) == MAX_SPOTS
    assert kinds[Spot("success.no-extras", "json", "a", "a text")].known == "agreed; not ***"


def test_the_simplest_call_is_the_example_and_each_response_counts_once():
    odd = replace(RIGHT, user=State.EMPTY, task=State.EMPTY)
    (one,) = report().findings_by_kind([violation(case=odd), violation(), violation()], "").values()
    assert one.case == str(RIGHT)
    assert (one.times, one.statuses) == (2, {"200": 2})


def test_a_finding_has_a_hint_of_its_own_or_that_of_the_run_or_of_its_app():
    def hint(of: Violation, otherwise: str, app: str = "") -> str:
        (one,) = report(app=app).findings_by_kind([of], otherwise).values()
        return one.hint

    assert hint(violation(hint="own"), "other") == "OWN"
    assert hint(violation(), "other", app="m:app") == "OTHER"
    assert "--APP-LOG" in hint(violation(status=500), "", app="m:app")
    assert hint(violation(status=500), "") == ""
    assert hint(violation(), "", app="m:app") == ""


def test_pytest_shows_what_is_new_and_how_to_reproduce_it():
    kinds = report(Baseline()).findings_by_kind([violation(), violation("former")], "")
    text = report().text(kinds.values())
    assert "curl " in text
    assert KEY not in text
    assert "former" not in text
    assert text.endswith("to fix: reseller-conformance explain success.no-extras")
