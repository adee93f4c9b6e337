"""The plugin as its users meet it: in a pytest of their own."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from reseller_conformance.app_server.server import serve_app
from reseller_conformance.contract import Format
from reseller_conformance.reference import default_reference
from reseller_conformance.reference.wsgi import Application
from reseller_conformance.requirements import CATALOGUE, Level

SUBCLASS = """
from reseller_conformance import OverviewConformance

class TestMine(OverviewConformance):
    pass
"""
REFERENCE = "--reseller-reference"
ITEMS = sum(max(len(requirement.formats), 1) for requirement in CATALOGUE)


@pytest.fixture
def account(monkeypatch):
    """The environment of somebody who has an account on the reference."""
    reseller = default_reference().accounts.resellers[0]
    monkeypatch.setenv("RESELLER_API_USER", reseller.api_user)
    monkeypatch.setenv("RESELLER_API_KEY", reseller.api_key)
    users = [f"--reseller-user={account.user}" for account in reseller.customers[:2]]
    return [*users, "--reseller-foreign-user=stranger@elsewhere.example"]


def test_the_shipped_suite_is_green_against_the_embedded_reference(pytester):
    result = pytester.runpytest(
        "--pyargs", "reseller_conformance.suite", "--reseller-reference", "-p", "no:randomly"
    )
    assert result.ret == 0
    result.assert_outcomes(passed=ITEMS)
    result.stdout.fnmatch_lines(
        [
            "reseller-conformance 0.1.0: only the embedded reference,*seed 20100830",
            "conformant (only the embedded reference was tested), *seed 20100830*",
        ]
    )


@pytest.mark.parametrize("host_tests", ["", "def test_of_the_host(): pass"])
def test_without_a_target_the_items_are_skipped_with_the_reason(pytester, host_tests):
    pytester.makepyfile(test_mine=f"{SUBCLASS}\n{host_tests}")
    result = pytester.runpytest("-rs")
    assert result.parseoutcomes()["skipped"] == ITEMS
    result.stdout.fnmatch_lines(["SKIPPED*no target: give --base-url URL*--reseller-reference"])
    assert result.ret == (0 if host_tests else 3)


@pytest.mark.parametrize("rest", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_lost_base_url_is_no_green_run(pytester, monkeypatch, account, rest):
    monkeypatch.setenv("RESELLER_BASE_URL", "")
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(*rest)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *no target: *given without a target: RESELLER_BASE_URL"])


def test_a_target_of_the_host_needs_no_options(pytester, account):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def reseller_target():
            return "mine"

        def test_mine(reseller_target):
            assert reseller_target == "mine"
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_three_lines_make_a_suite_of_ones_own(pytester):
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(
        REFERENCE, "--reseller-depth=quick", "--strict-markers", "-W", "error"
    )
    result.assert_outcomes(passed=ITEMS)


def test_the_same_verdict_over_a_socket(pytester, account):
    with serve_app(Application(default_reference())) as url:
        result = pytester.runpytest(
            "--pyargs",
            "reseller_conformance.suite",
            "--base-url",
            url,
            "--reseller-depth=quick",
            *account,
        )
    result.assert_outcomes(passed=ITEMS - 2, skipped=2)  # no --reseller-expect


def test_an_app_is_served_for_the_run(pytester, account):
    pytester.makepyfile(
        shop="""
        from reseller_conformance.reference import default_reference
        from reseller_conformance.reference.wsgi import Application

        app = Application(default_reference())
        """,
        test_mine=SUBCLASS,
    )
    result = pytester.runpytest("--reseller-app=shop:app", "--reseller-depth=quick", *account)
    result.assert_outcomes(passed=ITEMS - 2, skipped=2)  # no --reseller-expect


def test_time_that_the_host_freezes_stops_no_call_and_is_still_frozen_in_its_app(pytester, account):
    pytester.makepyfile(
        shop="""
        from datetime import date
        from reseller_conformance.reference import default_reference
        from reseller_conformance.reference.wsgi import Application

        reference = Application(default_reference())

        def app(environ, start_response):
            assert date.today() == date(2010, 8, 30)
            return reference(environ, start_response)
        """,
        test_mine=SUBCLASS,
        conftest="""
        import pytest
        from freezegun import freeze_time

        @pytest.fixture(autouse=True)
        def frozen():
            with freeze_time("2010-08-30"):
                yield
        """,
    )
    options = ("--reseller-app=shop:app", "--reseller-rate=100/s", "-k", "success_dates")
    result = pytester.runpytest_subprocess(*options, *account, timeout=60)
    result.assert_outcomes(passed=2)


def test_ini_settings_are_as_good_as_options(pytester, account):
    pytester.makepyfile(test_mine=SUBCLASS)
    with serve_app(Application(default_reference())) as url:
        users = [option.partition("=")[2] for option in account[:2]]
        pytester.makeini(
            f"[pytest]\nbase_url = {url}\nreseller_depth = quick\nreseller_formats = xml\n"
            "reseller_user =\n    " + "\n    ".join(users)
        )
        result = pytester.runpytest("-k", "rejects_task_missing", "-v")
    result.stdout.fnmatch_lines(["*test_rejects_task_missing?xml? PASSED*"])


def test_the_target_may_be_given_by_a_fixture(pytester):
    pytester.makepyfile(
        test_mine="""
        import pytest
        from reseller_conformance import OverviewConformance
        from reseller_conformance.reference import default_reference
        from reseller_conformance.reference.wsgi import Application
        from reseller_conformance.redaction.secret import Secret
        from reseller_conformance.app_server.server import serve_app
        from reseller_conformance.client.target import Target

        @pytest.fixture(scope="session")
        def reseller_target():
            reference = default_reference()
            reseller = reference.accounts.resellers[0]
            with serve_app(Application(reference)) as url:
                yield Target(url, reseller.api_user, Secret(reseller.api_key),
                             tuple(account.user for account in reseller.customers))

        class TestMine(OverviewConformance):
            pass
        """
    )
    result = pytester.runpytest("--reseller-depth=quick", "-rs")
    result.assert_outcomes(passed=ITEMS - 4, skipped=4)
    result.stdout.fnmatch_lines(["*--reseller-foreign-user*"])


@pytest.mark.parametrize(
    "fixture",
    [
        """
@pytest.fixture(scope="module")
def reseller_target():
    with served() as target:
        yield target
""",
        """
class TestMine(OverviewConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def reseller_target(cls):
        with served() as target:
            yield target
""",
    ],
    ids=["module", "class"],
)
def test_a_target_of_ones_own_is_clean_where_warnings_are_errors(pytester, fixture):
    pytester.makepyfile(
        f"""
from contextlib import contextmanager
import pytest
from reseller_conformance import OverviewConformance, Target
from reseller_conformance.reference import Application, default_reference
from reseller_conformance.app_server.server import serve_app

class TestMine(OverviewConformance):
    pass

@contextmanager
def served():
    reference = default_reference()
    reseller = reference.accounts.resellers[0]
    with serve_app(Application(reference)) as url:
        customers = [account.user for account in reseller.customers]
        yield Target(url, reseller.api_user, reseller.api_key, customers)
{fixture}
"""
    )
    result = pytester.runpytest("-W", "error", "--reseller-depth=quick", "-k", "success")
    assert result.ret == 0
    assert result.parseoutcomes().keys() <= {"passed", "deselected"}


@pytest.mark.parametrize("value", ["None", "{'api_key': 'k3y-4242'}"])
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_fixture_that_returns_no_target_is_one_line(pytester, value, workers):
    fixture = f"@pytest.fixture(scope='module')\ndef reseller_target(): return {value}"
    pytester.makepyfile(test_mine=f"import pytest\n{SUBCLASS}\n{fixture}")
    result = pytester.runpytest(*workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    kind = "NoneType" if value == "None" else "dict"
    result.stderr.fnmatch_lines([f"ERROR: *reseller_target must return a Target, not: {kind}"])
    assert "AttributeError" not in result.stdout.str()
    assert "k3y-4242" not in result.stdout.str() + result.stderr.str()


def test_messages_name_the_options_of_pytest(pytester, account):
    account = ["--reseller-user=customer@example.com"]
    change = "values['credits_used'] = '007'"
    result = run_against_a_fault(pytester, account, change, "-rs", "-k", "customers or foreign")
    said = result.stdout.str()
    assert "with --reseller-user" in said
    assert "with --reseller-foreign-user" in said
    assert " --user" not in said
    assert " --foreign-user" not in said


def test_a_must_fails_with_what_was_expected_and_what_came(pytester, account):
    result = run_against_a_fault(pytester, account, "values['credits_used'] = '007'")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "MUST success.counts: each count is a non-negative decimal integer",
            "*actual:*credits_used*",
            "*reproduce:*curl -sS -i -G*RESELLER_API_KEY*",
            "to fix: reseller-conformance explain success.counts",
            "MUST success.counts ?json?:*",
            "violated: 1 MUST*",
        ]
    )


def test_a_should_is_told_but_fails_only_where_asked(pytester, account):
    change = "values['reputation'] = '101'"
    result = run_against_a_fault(pytester, account, change)
    assert result.ret == 0
    assert result.parseoutcomes()["xfailed"] == 2
    result.stdout.fnmatch_lines(["SHOULD values.reputation ?xml?:*", "conformant,*"])
    assert run_against_a_fault(pytester, account, change, "--reseller-level=should").ret == 1


def run_against_a_fault(pytester, account, change, *options):
    pytester.makepyfile(
        faulty=f"""
        from reseller_conformance.reference import Reference, load_accounts
        from reseller_conformance.reference.wsgi import Application

        class Faulty(Reference):
            def overview(self, account):
                values = dict(super().overview(account))
                {change}
                return values

        app = Application(Faulty(load_accounts()))
        """,
        test_mine=SUBCLASS,
    )
    return pytester.runpytest(
        "--reseller-app=faulty:app", "--reseller-depth=quick", *account, *options
    )


def test_outcomes_land_in_junit_and_in_the_report_over_workers_too(pytester):
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(
        REFERENCE,
        "--reseller-depth=quick",
        "-n",
        "2",
        "--junit-xml=junit.xml",
        "--reseller-report-json=r.json",
    )
    assert result.ret == 0
    cases = list(ET.parse(pytester.path / "junit.xml").iter("testcase"))
    properties = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert len(cases) == ITEMS
    assert {(p["requirement"], p["format"]) for p in properties} == {
        (requirement.id, format)
        for requirement in CATALOGUE
        for format in (requirement.formats or ["both"])
    }
    assert {p["outcome"] for p in properties} == {"passed"}
    report = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "conformant"
    assert len(report["requirements"]) == ITEMS
    assert report["traffic"]["calls"] > 100


@pytest.mark.parametrize(
    "listing",
    [
        ["--collect-only"],
        ["--collect-only", "--pyargs", "reseller_conformance.suite"],
        ["--fixtures"],
        ["--setup-only"],
        ["--setup-plan"],
    ],
)
def test_a_list_of_tests_writes_no_report_and_tells_no_verdict(pytester, listing):
    pytester.makepyfile(test_mine=SUBCLASS)
    names = ["json", "html", "junit", "markdown", "code-quality"]
    options = [f"--reseller-report-{name}=kept.{name}" for name in names]
    files = [pytester.path / name for name in (*(f"kept.{name}" for name in names), "kept.record")]
    for file in files:
        file.write_text("of an earlier run", encoding="utf-8")
    options += ["--reseller-record=kept.record", "-k", "dates", REFERENCE]
    result = pytester.runpytest(*listing, *options)
    assert result.ret == 0
    assert {file.read_text(encoding="utf-8") for file in files} == {"of an earlier run"}
    result.stdout.no_fnmatch_line("*unverified*")


def test_one_format_alone_leaves_the_comparison_out(pytester):
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(
        REFERENCE, "--reseller-depth=quick", "--reseller-formats=json", "-rs"
    )
    result.stdout.fnmatch_lines(["*partial*", "*one format alone is tested*"])
    assert result.ret == 0


def test_a_target_that_is_down_is_unverified(pytester, account):
    result = pytester.runpytest(
        "--pyargs", "reseller_conformance.suite", "--base-url", "http://127.0.0.1:9", *account
    )
    assert result.ret == 3
    assert result.parseoutcomes()["skipped"] == ITEMS
    result.stdout.fnmatch_lines(["unverified: nothing was tested,*"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--reseller-depth=deep"],
            "*--reseller-depth must be one of smoke, quick, *, not: deep*",
        ),
        (["--reseller-app=nowhere:app", "--reseller-user=a"], "*nowhere*"),
        (["--base-url=http://h"], "*RESELLER_API_USER*"),
    ],
)
def test_a_mistake_is_one_line_and_no_traceback(pytester, monkeypatch, options, message):
    if "app" in options[0]:
        monkeypatch.setenv("RESELLER_API_USER", "me")
        monkeypatch.setenv("RESELLER_API_KEY", "key")
    pytester.makepyfile(test_mine=SUBCLASS)
    result = pytester.runpytest(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_patterns_that_hide_the_suite_are_told(pytester):
    pytester.makeini("[pytest]\npython_files = check_*.py")
    result = pytester.runpytest("--pyargs", "reseller_conformance.suite")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*python_files*"])


def test_a_client_is_tested_without_a_network(pytester):
    pytester.makepyfile(
        """
        import requests

        def test_client(reseller_mock):
            url = "https://reseller.example/apiv2/reseller.account.json"
            answer = requests.get(url, params={"task": "overview"})
            assert answer.status_code == 400
            assert answer.json()["message"] == "error"
        """
    )
    pytester.runpytest(REFERENCE).assert_outcomes(passed=1)


def test_cases_may_be_asked_by_hand(pytester):
    pytester.makepyfile(
        """
        from reseller_conformance.cases.case import Case
        from reseller_conformance.contract import Format

        def test_by_hand(reseller_ask):
            exchange, = reseller_ask([Case(Format.JSON)])
            assert exchange.status == 200
        """
    )
    pytester.runpytest(REFERENCE).assert_outcomes(passed=1)


def test_an_unused_plugin_imports_nothing_heavy(tmp_path):
    code = (
        "import sys, pytest; pytest.main(['-q', '--collect-only', '/nonexistent'], []); "
        "print(sorted({'requests', 'hypothesis', 'jsonschema', 'xmlschema', 'responses', 'rich',"
        " 'click'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,  # where no conftest imports what it likes
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "reseller_conformance.plugin",
        },
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_requirement_has_one_test(pytester):
    result = pytester.runpytest("--pyargs", "reseller_conformance.suite", "--collect-only", "-q")
    for requirement in CATALOGUE:
        name = f"test_{requirement.id.replace('.', '_').replace('-', '_')}"
        for format in requirement.formats or ("both",):
            result.stdout.fnmatch_lines([f"*::{name}?{format}?"])
    assert Level.MAY in {requirement.level for requirement in CATALOGUE}
    assert set(Format) == {"json", "xml"}


def test_a_near_miss_that_names_no_one_is_observed_as_no(pytester):
    pytester.runpytest(
        *("--pyargs", "reseller_conformance.suite", "--reseller-reference"),
        *("--reseller-depth=quick", "-k", "user_similar", "--reseller-report-json=r.json"),
    ).assert_outcomes(passed=2)
    report = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))
    reasons = {entry["reason"] for entry in report["requirements"]}
    assert reasons == {"no: no near miss of a name brings another account"}
