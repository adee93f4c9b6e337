"""Several targets in one session: each result names its target, and the worst verdict counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.cli.commands import main
from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.findings.run_info import SuiteInfo, TargetInfo
from reseller_conformance.pytest_support.targets import label_of, owner_of, shortened, targets_of
from reseller_conformance.reference import default_reference
from reseller_conformance.reference.wsgi import Application
from reseller_conformance.reports.json_report import as_json
from reseller_conformance.requirements import by_id
from reseller_conformance.schemas import schema_text

NOBODY = "http://127.0.0.1:9"
TWO = """
import pytest
from reseller_conformance import OverviewConformance
from reseller_conformance.redaction.secret import Secret
from reseller_conformance.client.target import Target

USER, KEY, CUSTOMERS = {account!r}

class TestFirst(OverviewConformance):
    @pytest.fixture(scope="class")
    def reseller_target(self):
        return Target({first!r}, USER, Secret(KEY), CUSTOMERS)

class TestSecond(OverviewConformance):
    @pytest.fixture(scope="class")
    def reseller_target(self):
        return Target({second!r}, USER, Secret(KEY), CUSTOMERS)
"""
QUICK = ("--reseller-depth=quick", "-p", "no:randomly", "-q")
FEW = "success_dates or success_counts or success_returned"
"""Requirements that take few calls."""


def slashes(environ: Any, start_response: Any) -> list[bytes]:
    """Respond as the reference does, with other dates."""
    body = b"".join(Application(default_reference())(environ, start_response))
    return [body.replace(b"2010-09-29", b"2010/09/29")]


@pytest.fixture
def right() -> Iterator[str]:
    with serve_app(Application(default_reference())) as url:
        yield url


def account() -> tuple[str, str, tuple[str, ...]]:
    reseller = default_reference().accounts.resellers[0]
    return reseller.api_user, reseller.api_key, tuple(one.user for one in reseller.customers[:2])


def two_targets(pytester: pytest.Pytester, first: str, second: str) -> None:
    pytester.makepyfile(test_two=TWO.format(account=account(), first=first, second=second))


def report(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema_text("report.schema.json"))).validate(made)
    return made


# --- In a session ---------------------------------------------------------------------------------


MIXING = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    yield
    ours = [item for item in items if item.get_closest_marker("reseller_requirement")]
    others = [item for item in items if item not in ours]
    items[:] = [*ours[:1], *others, *ours[1:]]
"""
PARAMETRIZED = """
import pytest
from reseller_conformance import OverviewConformance

@pytest.fixture(scope="session", params=["first", "second"])
def place(request):
    return request.param

class TestOne(OverviewConformance):
    @pytest.fixture(scope="class")
    def reseller_target(self, place):
        raise NotImplementedError

class TestOther(TestOne):
    pass

def test_of_the_host():
    pass
"""


def collected(pytester: pytest.Pytester) -> list[str]:
    result = pytester.runpytest("--collect-only", *QUICK, "-k", "success_dates or host")
    return [line for line in result.outlines if "::" in line]


def test_items_of_a_target_that_another_plugin_has_mixed_run_together(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_parametrized=PARAMETRIZED)
    as_pytest_orders_them = collected(pytester)
    assert len(as_pytest_orders_them) == 9
    pytester.makeconftest(MIXING)
    mixed = collected(pytester)
    targets = [line.rpartition("-")[0] for line in mixed]
    runs = [target for target, _ in groupby(targets)]
    assert sorted(mixed) == sorted(as_pytest_orders_them)
    assert len(runs) == len(set(runs)) == 5, runs


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_a_target_that_refuses_connections_makes_the_session_unverified(
    pytester: pytest.Pytester, right: str, workers: list[str]
) -> None:
    two_targets(pytester, right, NOBODY)
    result = pytester.runpytest(*QUICK, "--reseller-report-json=r.json", "-k", FEW, *workers)
    assert result.ret == 3
    result.stdout.fnmatch_lines_random(
        [
            f"target {right}: partial: conformant*",
            f"target {NOBODY}: unverified: nothing was tested, cannot reach {NOBODY}*",
            f"unverified at {NOBODY}: nothing was tested, cannot reach*",
        ]
    )
    made = report(pytester.path / "r.json")
    assert made["verdict"] == "unverified"
    assert {one["name"]: one["verdict"] for one in made["targets"]} == {
        right: "conformant",
        NOBODY: "unverified",
    }
    outcomes = {(one["target"], one["outcome"]) for one in made["requirements"]}
    assert outcomes == {(right, "passed"), (NOBODY, "not-tested")}


def test_the_worst_verdict_counts_and_every_report_names_the_target_that_is_wrong(
    pytester: pytest.Pytester, right: str
) -> None:
    kinds = ("json", "html", "junit", "markdown", "code-quality")
    sent = [f"--reseller-report-{kind}=r.{kind}" for kind in kinds]
    with serve_app(slashes) as wrong:
        two_targets(pytester, right, wrong)
        result = pytester.runpytest(*QUICK, "-k", FEW, *sent, "--junit-xml=own.xml")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"MUST success.dates ?json? at {wrong}: *"])
    made = report(pytester.path / "r.json")
    assert made["verdict"] == "violated"
    failed = [one["target"] for one in made["requirements"] if one["outcome"] == "failed"]
    assert failed == [wrong, wrong]
    assert f"json, xml at {wrong}" in (pytester.path / "r.html").read_text(encoding="utf-8")
    junit = ET.parse(pytester.path / "r.junit")
    (suite,) = junit.getroot()
    names = [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    assert names == [f"success.dates [{name}] at {wrong}" for name in ("json", "xml")]
    assert len({case.get("name") for case in suite.iter("testcase")}) == 12
    markdown = (pytester.path / "r.markdown").read_text(encoding="utf-8")
    assert markdown.count("**At <code>") == 2
    (issue,) = {
        one["description"].rpartition(" (at ")[2]
        for one in json.loads((pytester.path / "r.code-quality").read_text(encoding="utf-8"))
    }
    assert issue == f"{wrong})"
    own = ET.parse(pytester.path / "own.xml").iter("property")
    targets = {one.get("value", "").partition(";")[0] for one in own if one.get("name") == "target"}
    assert targets == {right, wrong}


def test_a_class_whose_target_cannot_be_made_counts_by_its_name(
    pytester: pytest.Pytester, right: str
) -> None:
    two_targets(pytester, right, NOBODY)
    path = pytester.path / "test_two.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"return Target('{NOBODY}'", "return Target(open('nowhere').name"))
    result = pytester.runpytest(*QUICK, "--reseller-report-json=r.json", "-k", FEW)
    assert result.ret == 3
    made = report(pytester.path / "r.json")
    assert [one["name"] for one in made["targets"]] == [right, "test_two.py::TestSecond"]
    assert made["targets"][1]["verdict"] == "unverified"


def test_two_classes_of_one_target_make_a_report_of_one_target(
    pytester: pytest.Pytester, right: str
) -> None:
    two_targets(pytester, right, right)
    result = pytester.runpytest(*QUICK, "--reseller-report-json=r.json", "-k", FEW)
    assert result.ret == 0
    made = report(pytester.path / "r.json")
    assert "targets" not in made
    assert made["target"]["base_url"] == right
    assert not [one for one in made["requirements"] if "target" in one]


def test_a_part_of_the_catalogue_is_told_of_the_target_that_has_it(
    pytester: pytest.Pytester, right: str
) -> None:
    with serve_app(Application(default_reference())) as other:
        two_targets(pytester, right, other)
        options = ("--deselect", "test_two.py::TestSecond::test_http_body")
        result = pytester.runpytest(*QUICK, *options)
    assert result.ret == 0
    result.stdout.fnmatch_lines_random(
        [
            f"target {right}: conformant*",
            f"target {other}: partial: conformant*",
            "partial: conformant*",
        ]
    )


# --- Which results belong together ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("nodeid", "owner"),
    [
        ("test_x.py::TestA::test_it[json]", "test_x.py::TestA"),
        ("test_x.py::TestA::test_it[both]", "test_x.py::TestA"),
        ("test_x.py::TestA::test_it", "test_x.py::TestA"),
        ("test_x.py::TestA::test_it[json-old]", "test_x.py::TestA[old]"),
        ("test_x.py::TestA::test_it[old-xml]", "test_x.py::TestA[old]"),
        ("test_x.py::TestA::test_it[http://a-b-json]", "test_x.py::TestA[http://a-b]"),
    ],
)
def test_an_item_belongs_to_its_class_and_parameters(nodeid: str, owner: str) -> None:
    assert owner_of(nodeid) == owner


def judged(target: str, outcome: Outcome = Outcome.PASSED) -> Result:
    return Result(by_id("success.dates"), "json", outcome, target=target)


def test_copies_of_a_target_in_several_workers_are_one() -> None:
    found = targets_of(
        {
            "t.py::A::test_a[json]": judged("http://127.0.0.1:1"),
            "t.py::A::test_b[json]": judged("http://127.0.0.1:2"),
            "t.py::B::test_a[json]": judged("http://127.0.0.1:2"),
            "t.py::B::test_b[json]": judged("http://127.0.0.1:3"),
        }
    )
    assert set(found.values()) == {"http://127.0.0.1:1"}


def test_a_fixture_with_parameters_gives_a_class_several_targets() -> None:
    found = targets_of(
        {"t.py::A::test_a[json-old]": judged("old"), "t.py::A::test_a[json-new]": judged("new")}
    )
    assert list(found.values()) == ["old", "new"]


def test_an_item_that_failed_early_has_the_target_of_its_class() -> None:
    found = targets_of(
        {
            "t.py::A::test_a[json]": judged("", Outcome.ERROR),
            "t.py::A::test_b[json]": judged("http://a"),
            "t.py::B::test_a[json]": judged("", Outcome.ERROR),
            "t.py::C::test_a[json]": judged("", Outcome.NOT_TESTED),
        }
    )
    assert list(found.values()) == ["http://a", "http://a", "t.py::B", ""]


def test_a_name_is_the_address_where_no_other_target_has_it() -> None:
    labels = ["http://a; ann; x", "http://b; ann; x", "http://b; bob; y"]
    assert list(shortened(labels).values()) == ["http://a", *labels[1:]]


def test_the_port_of_an_app_tells_no_targets_apart() -> None:
    one, other = (
        label_of(TargetInfo("app", f"http://127.0.0.1:{port}", ("x",)), "ann") for port in (1, 2)
    )
    assert one == other


# --- Two reports compared -------------------------------------------------------------------------


def test_diff_tells_which_target_broke(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = SuiteInfo("0.1.0", "quick", "must", ("json",), partial=False, seed=1)
    targets = tuple(
        TargetInfo("live", name, ("x",), name=name) for name in ("http://a", "http://b")
    )
    paths = []
    for name, outcome in (("old", Outcome.PASSED), ("new", Outcome.FAILED)):
        results = (judged("http://a", Outcome.FAILED), judged("http://b", outcome))
        run = Run(results, suite=suite, target=targets[0], targets=targets)
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(as_json(run)), encoding="utf-8")
    assert main(["diff", *map(str, paths)]) == 1
    assert capsys.readouterr().out.startswith(
        f"broke: 1\n  MUST success.dates (json at http://b): {by_id('success.dates').title}\n"
    )
