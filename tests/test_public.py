"""What people import: it is there at the top of the package, lazily, and takes plain values."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

import reseller_conformance
from reseller_conformance import Case, Format, Secret, State, Target
from reseller_conformance.pytest_support.fixture_types import checked
from snippets import PAGES, ROOT

KEY = "a-key-that-is-secret"
CUSTOMERS = ["customer@example.com", "second@example.com"]
IMPORT = re.compile(r"^ *(?:from|import) reseller_conformance\.([\w.]+)", re.MULTILINE)


# --- Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reseller_conformance.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(reseller_conformance, name) is not None
    assert name in dir(reseller_conformance)


def test_a_name_that_is_not_public_is_refused() -> None:
    with pytest.raises(AttributeError, match="'reseller_conformance' has no attribute 'Answers'"):
        _ = reseller_conformance.Answers


def test_an_import_loads_nothing_else() -> None:
    code = "import sys, reseller_conformance; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("reseller_conformance")]
    assert loaded == ["reseller_conformance"]


@pytest.mark.parametrize(
    "path",
    [*PAGES, *sorted((ROOT / "examples").rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_people_are_shown_is_imported_from_the_top(path: Path) -> None:
    # Locust runs the users of a module that a locustfile names, and patches its process
    assert set(IMPORT.findall(path.read_text(encoding="utf-8"))) <= {"soak"}


def test_each_public_name_has_its_place_in_the_docs() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    shown = re.findall(r"^<!-- generated: names (\S+)(.*) -->$", text, re.MULTILINE)
    names = {name for _, given in shown for name in given.split()}
    modules = {module.rpartition(".")[2] for module, given in shown if not given}
    public = set(reseller_conformance.__all__) - {"__version__"}
    assert public <= names | modules


# --- A target --------------------------------------------------------------------------------


def test_a_target_takes_the_key_as_text_and_keeps_it_secret() -> None:
    target = Target("http://localhost:8000/", "me", KEY, CUSTOMERS)
    assert target == Target("http://localhost:8000", "me", Secret(KEY), tuple(CUSTOMERS))
    assert target.api_key.reveal() == KEY
    assert target.customers == tuple(CUSTOMERS)
    assert target.base_url == "http://localhost:8000"
    assert KEY not in repr(target)
    assert dataclasses.replace(target, base_url="http://other").api_key == Secret(KEY)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"customers": "customer@example.com"}, "customers is a list of one or more names, not: "),
        ({"customers": []}, "customers is a list of one or more names, not: []"),
        ({"customers": None}, "customers is a list of one or more names, not: None"),
        ({"customers": [5]}, "customers is a list of one or more names, not: [5]"),
        ({"api_key": None}, "api_key is a text or a Secret, not: NoneType"),
        ({"api_key": KEY.encode()}, "api_key is a text or a Secret, not: bytes"),
        ({"api_key": ""}, "api_key is empty"),
        ({"base_url": None}, "base_url is a text, not: None"),
        ({"base_url": "localhost:80"}, "base_url must be http://HOST or https://HOST, with "),
        ({"base_url": ""}, "base_url must be http://HOST or https://HOST, with "),
        ({"base_url": f"http://me:{KEY}@x"}, "base_url must hold no user and no password; use "),
        ({"base_url": f"http://x?api_key={KEY}"}, "base_url must end before the first ? or #, "),
        ({"base_url": f"x/{KEY}"}, "base_url must be http://HOST or https://HOST, with "),
        ({"api_user": 5}, "api_user is a text, not: 5"),
        ({"api_user": ""}, "api_user is empty"),
        ({"foreign": 5}, "foreign is a text, not: 5"),
    ],
)
def test_a_wrong_argument_is_one_line_without_the_key(changed: dict, message: str) -> None:
    given = {"base_url": "http://x", "api_user": "me", "api_key": KEY, "customers": CUSTOMERS}
    with pytest.raises((TypeError, ValueError)) as caught:
        Target(**{**given, **changed})
    assert str(caught.value).startswith(message)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("options", [[], ["-l"], ["--full-trace", "-l"]], ids=" ".join)
def test_a_target_that_fails_shows_no_key(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    pytester.makepyfile(
        """
        import os
        from reseller_conformance import Target

        def test_it():
            Target("http://x", 5, os.environ["SOME_KEY"], ["a"])
        """
    )
    monkeypatch.setenv("SOME_KEY", KEY)
    result = pytester.runpytest(*options)
    result.stdout.fnmatch_lines(["E *TypeError: api_user is a text, not: 5"])
    assert KEY not in result.stdout.str()


# --- Cases -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        (Case(Format.JSON), "reseller_ask takes a list of cases, not: Case("),
        ("json", "reseller_ask takes a list of cases, not: 'json'"),
        (None, "reseller_ask takes a list of cases, not: None"),
        (["json"], "a case is made as Case(Format.JSON), not: 'json'"),
        ([{"task": "x"}], "a case is made as Case(Format.JSON), not: {'task': 'x'}"),
        ([Case("json")], "the format of a case is Format.JSON or Format.XML, not: 'json'"),
        (
            [Case(Format.XML, task="stats")],
            "task of a case is a State, as State.MISSING, or a Text, not: 'stats'",
        ),
    ],
)
def test_what_is_no_list_of_cases_is_refused_in_one_line(cases: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        checked(cases)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_cases_may_come_from_any_iterable() -> None:
    cases = [Case(Format.JSON), Case(Format.XML, task=State.MISSING)]
    assert checked(iter(cases)) == cases
