"""The second opinion: a schema file that contradicts the reader is the suite's error, by name.

Schemas are loosened and tightened by one rule each, in a copy of their folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bodies import BODIES
from faults import FAULTS
from judging import Direct, target_of
from reseller_conformance import requirements as r
from reseller_conformance import schemas
from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State
from reseller_conformance.checks import second_opinion as module
from reseller_conformance.checks.response import Response, parse
from reseller_conformance.checks.rules import NOT_READ
from reseller_conformance.checks.second_opinion import (
    BEYOND_SCHEMAS,
    MAX_BODY_BYTES,
    RULES,
    disputed,
    second_opinion,
)
from reseller_conformance.checks.well_formed import form_violations
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange
from reseller_conformance.findings.model import Outcome, Result
from reseller_conformance.findings.run_info import SchemaCounts
from reseller_conformance.findings.schema_tally import SchemaTally
from reseller_conformance.offline.assertion import assert_conformant
from reseller_conformance.reference import Reference
from reseller_conformance.reference.mock import EMBEDDED_URL
from reseller_conformance.requirements import CATALOGUE, Level, Requirement
from reseller_conformance.schemas import SchemaKind, schema_file, schema_folder, schema_text

JSON, XML = Format
OVERVIEW = {format: schema_text(f"examples/overview.{format}") for format in Format}
ERRORS = {format: schema_text(f"examples/errors.{format}") for format in Format}


def response(body: str | bytes, format: Format, **more: Any) -> Response:
    content = body.encode() if isinstance(body, str) else body
    return parse(Exchange(Case(format), url="", **{"status": 200, "body": content, **more}))


class Change(NamedTuple):
    """A schema file in which one text is replaced by another."""

    format: Format
    kind: SchemaKind
    old: str
    new: str

    @property
    def file(self) -> str:
        return schema_file(self.format, self.kind)

    def copy(self, folder: Path) -> Path:
        """Copy all schema files to this folder, with the change."""
        shutil.copytree(str(schema_folder()), folder)
        text = (folder / self.file).read_text(encoding="utf-8")
        assert self.old in text
        (folder / self.file).write_text(text.replace(self.old, self.new), encoding="utf-8")
        return folder


def forget() -> None:
    """Drop what was compiled from the schema files, and every opinion."""
    schemas._build_json.cache_clear()
    schemas._build_xml.cache_clear()
    module._remembered.forget()


@pytest.fixture(autouse=True)
def _each_test_forms_its_opinions_itself() -> None:
    module._remembered.forget()


@pytest.fixture
def apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Change], None]]:
    def applied(change: Change) -> None:
        folder = change.copy(tmp_path / "schemas")
        monkeypatch.setattr(schemas, "schema_folder", lambda: folder)
        forget()

    yield applied
    monkeypatch.undo()
    forget()


Apply = Callable[[Change], None]

# --- One rule less --------------------------------------------------------------------------------

COUNT, DAY = "(0|[1-9][0-9]*)", "(0[1-9]|[12][0-9]|30)"
PACKAGE = "<package>Silver Package</package>"
MESSAGES = "<error>... error messages ...</error>"
LOOSENED = [
    # the requirement, what is replaced in the valid example by what, and the rule that is loosened
    (r.SUCCESS_COUNTS, '"100"', "-5", Change(JSON, "overview", '"minimum": 0', '"minimum": -9')),
    (r.SUCCESS_COUNTS, '"100"', '"0100"', Change(JSON, "overview", COUNT, "[0-9]*")),
    (r.SUCCESS_DATES, "2010-09-30", "2010-09-31", Change(JSON, "overview", DAY, "[0-9]{2}")),
    (
        r.SUCCESS_PACKAGE,
        '"Silver Package"',
        "5",
        Change(JSON, "overview", '"type": "string",\n      "examples"', '"examples"'),
    ),
    (
        r.SUCCESS_FIELDS,
        '"package": "Silver Package",',
        "",
        Change(JSON, "overview", '    "package",\n', ""),
    ),
    (
        r.SUCCESS_NO_EXTRAS,
        '"package"',
        '"plan": 1, "package"',
        Change(JSON, "overview", '"additionalProperties": false', '"additionalProperties": true'),
    ),
    (
        r.ERRORS_MESSAGE,
        '"error"',
        '"Error"',
        Change(JSON, "errors", '"const": "error"', '"type": "string"'),
    ),
    (
        r.ERRORS_LIST,
        '"...error messages..."',
        "",
        Change(JSON, "errors", '"minItems": 1', '"minItems": 0'),
    ),
    (r.SUCCESS_COUNTS, ">100<", ">0100<", Change(XML, "overview", COUNT, "[0-9]*")),
    (r.SUCCESS_DATES, "2010-09-30", "2010-09-31", Change(XML, "overview", DAY, "[0-9]{2}")),
    (
        r.SUCCESS_FIELDS,
        PACKAGE,
        "",
        Change(XML, "overview", 'name="package" type', 'name="package" minOccurs="0" type'),
    ),
    (
        r.SUCCESS_NO_EXTRAS,
        PACKAGE,
        f"{PACKAGE}<plan/>",
        Change(XML, "overview", "</xs:all>", '<xs:element name="plan" minOccurs="0"/></xs:all>'),
    ),
    (
        r.ERRORS_MESSAGE,
        ">error<",
        ">Error<",
        Change(XML, "errors", 'value="error"/>', 'value="error"/><xs:enumeration value="Error"/>'),
    ),
    (
        r.ERRORS_LIST,
        MESSAGES,
        "",
        Change(XML, "errors", 'name="error" type', 'name="error" minOccurs="0" type'),
    ),
]


@pytest.mark.parametrize(("requirement", "valid", "invalid", "change"), LOOSENED)
def test_a_loosened_rule_is_a_disagreement_that_names_it(
    requirement: Requirement, valid: str, invalid: str, change: Change, apply: Apply
) -> None:
    examples = OVERVIEW if change.kind == "overview" else ERRORS
    body = examples[change.format].replace(valid, invalid)
    found = response(body, change.format)
    assert second_opinion(found) == ()
    apply(change)
    (disagreement,) = second_opinion(found) or ()
    assert (disagreement.requirement, disagreement.format) == (requirement, change.format)
    rule = RULES[requirement][change.format is XML]
    assert f"a fault of the suite: {change.file}{rule} accepts " in disagreement.reason


def test_what_only_the_schema_of_either_accepts_is_a_disagreement(apply: Apply) -> None:
    body = ERRORS[XML].replace(">error<", ">Error<")
    apply(Change(XML, "answer", 'value="error"/>', 'value="Error"/>'))
    (disagreement,) = second_opinion(response(body, XML)) or ()
    assert disagreement.requirement is r.ERRORS_MESSAGE
    assert "xml/answer.xsd (element result) accepts result/message" in disagreement.reason


# --- One rule more --------------------------------------------------------------------------------

TIGHTENED = [
    # the requirement, what the reason says, and the rule that is tightened
    (
        r.SUCCESS_COUNTS,
        "#/properties/reputation/anyOf refuses $.reputation",
        Change(JSON, "overview", COUNT, "[2-9][0-9]*"),
    ),
    (
        r.SUCCESS_DATES,
        "#/properties/billing_start_date/pattern refuses $.billing_start_date",
        Change(JSON, "overview", '"format": "date"', '"pattern": "^1"'),
    ),
    (
        r.SUCCESS_PACKAGE,
        "#/properties/package/maxLength refuses $.package",
        Change(JSON, "overview", '"title": "Package"', '"maxLength": 3'),
    ),
    (
        r.SUCCESS_FIELDS,
        "#/required refuses $ ('plan' is",
        Change(JSON, "overview", '"required": [', '"required": ["plan",'),
    ),
    (
        r.SUCCESS_NO_EXTRAS,
        "#/additionalProperties refuses $ (",
        Change(JSON, "overview", '"reputation": {', '"rating": {'),
    ),
    (
        r.SUCCESS_SHAPE,
        "#/type refuses $ (",
        Change(JSON, "overview", '"type": "object"', '"type": "array"'),
    ),
    (
        r.ERRORS_MESSAGE,
        "#/properties/message/const refuses $.message",
        Change(JSON, "errors", '"const": "error"', '"const": "Error"'),
    ),
    (
        r.ERRORS_LIST,
        "#/properties/errors/minItems refuses $.errors",
        Change(JSON, "errors", '"minItems": 1', '"minItems": 2'),
    ),
    (
        r.SUCCESS_COUNTS,
        " (type count) refuses /result/overview/reputation",
        Change(XML, "overview", COUNT, "[2-9][0-9]*"),
    ),
    (
        r.SUCCESS_DATES,
        " (type date) refuses /result/overview/billing_start_date",
        Change(XML, "overview", "|3[01])", ")"),
    ),
    (
        r.SUCCESS_PACKAGE,
        " (type count) refuses /result/overview/package",
        Change(XML, "overview", '"package" type="xs:string"', '"package" type="count"'),
    ),
    (
        r.SUCCESS_FIELDS,
        " (type overview) refuses /result/overview (",
        Change(XML, "overview", "<xs:all>", '<xs:all><xs:element name="plan"/>'),
    ),
    (
        r.ERRORS_MESSAGE,
        " (type message) refuses /result/message",
        Change(XML, "errors", 'value="error"', 'value="Error"'),
    ),
    (
        r.ERRORS_LIST,
        " (type message) refuses /result/errors/error (",
        Change(XML, "errors", 'name="error" type="xs:string"', 'name="error" type="message"'),
    ),
    (
        r.ERRORS_NO_EXTRAS,
        " (type errors) refuses /result/errors (",
        Change(XML, "errors", 'name="error" type', 'name="text" type'),
    ),
]


@pytest.mark.parametrize(("requirement", "says", "change"), TIGHTENED)
def test_a_tightened_rule_is_a_disagreement_that_names_it(
    requirement: Requirement, says: str, change: Change, apply: Apply
) -> None:
    examples = OVERVIEW if change.kind == "overview" else ERRORS
    valid = response(examples[change.format], change.format)
    assert second_opinion(valid) == ()
    apply(change)
    (disagreement,) = second_opinion(valid) or ()
    assert (disagreement.requirement, disagreement.format) == (requirement, change.format)
    assert f"a fault of the suite: {change.file}{says}" in disagreement.reason


def test_each_requirement_that_a_change_concerns_is_one_disagreement(apply: Apply) -> None:
    apply(Change(JSON, "overview", '"type": "string",', '"type": "boolean",'))
    found = second_opinion(response(OVERVIEW[JSON], JSON)) or ()
    # the count is a number in the example too
    names = {one.requirement: one.reason.partition(" refuses ")[2].split()[0] for one in found}
    assert len(found) == len(names)
    assert names == {
        r.SUCCESS_COUNTS: "$.reputation",
        r.SUCCESS_DATES: "$.billing_start_date",
        r.SUCCESS_PACKAGE: "$.package",
    }


def test_a_tightened_rule_shows_beside_a_violation_elsewhere(apply: Apply) -> None:
    body = OVERVIEW[JSON].replace('"2010-09-30"', '"30.09.2010"')
    apply(Change(JSON, "overview", COUNT, "[2-9][0-9]*"))
    (disagreement,) = second_opinion(response(body, JSON)) or ()
    assert disagreement.requirement is r.SUCCESS_COUNTS
    assert "refuses $.reputation" in disagreement.reason


def test_a_loosened_rule_shows_beside_a_violation_elsewhere(apply: Apply) -> None:
    body = OVERVIEW[JSON].replace('"2010-09-30"', '"30.09.2010"').replace('"100"', '"0100"')
    apply(Change(JSON, "overview", COUNT, "[0-9]*"))
    (disagreement,) = second_opinion(response(body, JSON)) or ()
    assert disagreement.requirement is r.SUCCESS_COUNTS
    assert "accepts reputation" in disagreement.reason


# --- Where they agree, or none can judge ----------------------------------------------------------


def test_no_body_of_the_corpus_is_disputed() -> None:
    opinions = {
        body.name: second_opinion(response(body.path.read_bytes(), Format(body.format)))
        for body in BODIES
    }
    assert {name: found for name, found in opinions.items() if found} == {}
    validated = [body for body in BODIES if body.has_document and opinions[body.name] is not None]
    assert len(validated) > 600


def test_no_fault_of_form_is_disputed() -> None:
    """Each fault is the reference with one thing wrong: no schema calls more or less wrong."""
    cases = [
        Case(format, **states)
        for format in Format
        for states in ({}, {"task": State.MISSING}, {"user": State.EMPTY, "api_key": State.EMPTY})
    ]
    tally = SchemaTally()
    for fault in FAULTS.values():
        made = fault.make()
        if isinstance(made, Reference):
            client = Direct(made, target_of(made, EMBEDDED_URL))
            tally.take(parse(exchange) for exchange in client.send(cases))
            assert tally.drain()["reasons"] == [], fault.name
    assert tally.validated > 1_000


UNJUDGED = {
    "another format": (JSON, OVERVIEW[XML]),
    "bytes that do not decode": (JSON, OVERVIEW[JSON].replace("Silver", "\xe9").encode("latin-1")),
    "broken JSON": (JSON, OVERVIEW[JSON].replace("}", "")),
    "broken XML": (XML, OVERVIEW[XML].replace("</result>", "")),
    "a repeated name": (JSON, OVERVIEW[JSON].replace("{", '{"requests": "05",')),
    "a DOCTYPE": (XML, OVERVIEW[XML].replace("<result>", "<!DOCTYPE result><result>")),
    "a large body": (JSON, OVERVIEW[JSON] + " " * MAX_BODY_BYTES),
    "nothing": (JSON, ""),
}


@pytest.mark.parametrize(("format", "body"), UNJUDGED.values(), ids=UNJUDGED)
def test_what_no_schema_can_judge_is_not_validated(format: Format, body: str | bytes) -> None:
    assert second_opinion(response(body, format)) is None


def test_the_largest_body_that_is_validated_is_as_large_as_the_limit() -> None:
    body = OVERVIEW[JSON].ljust(MAX_BODY_BYTES)
    assert second_opinion(response(body, JSON)) == ()
    assert second_opinion(response(f"{body} ", JSON)) is None


def of_type(content_type: str, body: bytes, format: Format = XML) -> Response:
    return response(body, format, headers=(("Content-Type", content_type),))


def test_xml_is_validated_in_the_encoding_of_the_header() -> None:
    undeclared = OVERVIEW[XML].replace(' encoding="ISO-8859-1"', "")
    latin = undeclared.replace("Silver", "Größe").encode("latin-1")
    assert second_opinion(of_type("text/xml; charset=ISO-8859-1", latin)) == ()
    assert second_opinion(of_type("text/xml", latin)) is None
    # read as UTF-8, these bytes are text and no XML
    japanese = undeclared.replace("Silver", "日本").encode("iso-2022-jp")
    assert second_opinion(of_type("text/xml; charset=ISO-2022-JP", japanese)) == ()


def test_xml_is_validated_as_declared_where_the_header_makes_no_xml_of_it() -> None:
    declared = OVERVIEW[XML].replace("ISO-8859-1", "ISO-2022-JP").replace("Silver", "日本")
    body = declared.encode("iso-2022-jp")
    assert second_opinion(of_type("text/xml; charset=UTF-8", body)) == ()


def test_the_line_ends_of_xml_1_1_are_not_disputed() -> None:
    lines = OVERVIEW[XML].replace('"1.0"', '"1.1"').replace("\n", "\x85").encode("latin-1")
    assert second_opinion(of_type("text/xml", lines)) == ()


def test_json_is_validated_as_utf_8_whatever_the_header_says() -> None:
    body = OVERVIEW[JSON].replace("Silver", "Größe").encode()
    assert second_opinion(of_type("application/json; charset=UTF-16", body, JSON)) == ()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_more_errors_than_the_validator_lists_are_no_disagreement(more: int) -> None:
    texts = "<error><b/></error>" * (schemas.MAX_ERRORS + more)
    body = f"<result><errors>{texts}</errors><message>Error</message></result>"
    found = response(body, XML)
    assert {one.requirement for one in found.problems} == {r.ERRORS_LIST, r.ERRORS_MESSAGE}
    assert second_opinion(found) == ()


def test_an_outage_page_is_not_validated() -> None:
    assert second_opinion(response(OVERVIEW[JSON], JSON, status=503)) is None


@pytest.mark.parametrize("format", Format)
def test_an_empty_error_text_is_a_violation_that_no_schema_disputes(format: Format) -> None:
    found = response(re.sub(r"\.\.\. ?error messages ?\.\.\.", "", ERRORS[format]), format)
    assert [problem.requirement for problem in found.problems] == [r.ERRORS_NO_EMPTY_TEXT]
    assert second_opinion(found) == ()


def test_each_requirement_of_form_has_a_rule_in_the_schemas_or_is_beyond_them() -> None:
    beyond = {requirement for row in BEYOND_SCHEMAS for requirement in row.requirements}
    form = {one for one in CATALOGUE if one.topic in ("readable", "success", "errors")}
    judged = set(RULES) | beyond
    missing = sorted(one.id for one in form - judged - set(NOT_READ))
    assert not missing, f"add to RULES or BEYOND_SCHEMAS, or to NOT_READ of rules.py: {missing}"
    assert judged <= form - set(NOT_READ)


@pytest.mark.parametrize("format", Format)
def test_each_rule_stands_in_a_schema_file(format: Format) -> None:
    texts = {kind: schema_text(schema_file(format, kind)) for kind in ("overview", "errors")}
    for requirement, rules in RULES.items():
        kind: SchemaKind = "errors" if requirement.topic == "errors" else "overview"
        rule = rules[format is XML]
        if format is XML:
            what, name = rule.strip(" ()").split()
            assert f'name="{name}"' in texts[kind], what
        elif requirement.topic != "readable":
            part: Any = json.loads(texts[kind])
            for step in rule.removeprefix("#/").split("/"):
                part = part[step]


# --- What it comes to -----------------------------------------------------------------------------

TIGHT = Change(XML, "overview", COUNT, "[2-9][0-9]*")
LOOSE = Change(JSON, "overview", COUNT, "[0-9]*")
PADDED = OVERVIEW[JSON].replace('"100"', '"0100"')


def test_each_distinct_body_is_validated_once() -> None:
    tally = SchemaTally()
    tally.take([response(OVERVIEW[JSON], JSON)] * 3)
    tally.take([response(OVERVIEW[JSON], JSON), response(ERRORS[JSON], JSON)])
    tally.take([response("no envelope", JSON)])
    assert tally.counts == SchemaCounts(validated=2, disagreements=0)


def test_a_result_is_an_error_where_schema_and_reader_disagree(apply: Apply) -> None:
    apply(LOOSE)
    tally = SchemaTally()
    tally.take([response(PADDED, JSON)])
    failed = Result(r.SUCCESS_COUNTS, "json", Outcome.FAILED, "reputation: '0100'")
    other = Result(r.SUCCESS_COUNTS, "xml", Outcome.PASSED)
    error, same = tally.whole([failed, other])
    assert (error.outcome, error.reason) == (Outcome.ERROR, tally.reason(r.SUCCESS_COUNTS, "json"))
    assert same is other
    # the requirement was not selected, yet its error is not lost
    assert tally.whole([]) == (error,)


def test_tallies_of_several_processes_count_each_body_once(apply: Apply) -> None:
    apply(LOOSE)
    controller = SchemaTally()
    for bodies in ((PADDED, OVERVIEW[JSON]), (ERRORS[JSON], PADDED)):
        worker = SchemaTally()
        worker.take(response(body, JSON) for body in bodies)
        controller.add(json.loads(json.dumps(worker.drain())))
        assert worker.drain() == {"bodies": [], "reasons": []}
    assert controller.counts == SchemaCounts(validated=3, disagreements=1)
    assert controller.reason(r.SUCCESS_COUNTS, "json")


def test_a_disputed_violation_is_nobody_elses_reason(apply: Apply) -> None:
    assert r.SUCCESS_COUNTS in form_violations(response(PADDED, JSON))
    apply(LOOSE)
    assert disputed(response(PADDED, JSON)) == {r.SUCCESS_COUNTS}
    assert form_violations(response(PADDED, JSON)) == {}


def test_an_assertion_does_not_blame_the_response(apply: Apply) -> None:
    apply(LOOSE)
    assert_conformant(OVERVIEW[JSON].encode(), content_type="application/json")
    with pytest.raises(RuntimeError, match="a fault of the suite: json/overview"):
        assert_conformant(PADDED.encode(), content_type="application/json")


def test_an_assertion_tells_an_undisputed_violation_first(apply: Apply) -> None:
    apply(LOOSE)
    body = PADDED.replace("2010-09-30", "2010-09-31").encode()
    with pytest.raises(AssertionError, match="1 requirement is violated") as raised:
        assert_conformant(body, content_type="application/json")
    assert "success.dates" in str(raised.value)


# --- Whole commands -------------------------------------------------------------------------------

OTHER_SCHEMAS = """
from pathlib import Path
from reseller_conformance import schemas

schemas.schema_folder = lambda: Path({!r})
"""
PADDING = """
from wsgiref.util import setup_testing_defaults
from reseller_conformance.reference import Application, default_reference

reference = Application(default_reference())

def app(environ, start_response):
    body = b"".join(reference(environ, lambda status, headers: start_response(
        status, [(name, value) for name, value in headers if name != "Content-Length"])))
    for old, new in ((b'reputation": "', b'reputation": "0'), (b"<reputation>", b"<reputation>0")):
        body = body.replace(old, new)
    return [body]
"""
PADDED_APP = ("--app", "padding:app", "--user", "customer@example.com")
CREDENTIALS = {"RESELLER_API_USER": "harbour-mail", "RESELLER_API_KEY": "Demo-Key-0001"}


def run_with(folder: Path, cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the schema files of this folder, in worker processes too."""
    (cwd / "sitecustomize.py").write_text(OTHER_SCHEMAS.format(str(folder)), encoding="utf-8")
    kept = {name: word for name, word in os.environ.items() if not name.startswith("RESELLER_")}
    env = {**kept, "PYTHONPATH": str(cwd), "COLUMNS": "1000"}
    env |= CREDENTIALS if "--app" in args else {}
    return subprocess.run(
        [sys.executable, "-m", "reseller_conformance", *args],
        cwd=cwd,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def outcomes(report: Path) -> dict[tuple[str, str], str]:
    entries = json.loads(report.read_text(encoding="utf-8"))["requirements"]
    return {(entry["id"], entry["format"]): entry["outcome"] for entry in entries}


@pytest.mark.parametrize(
    ("change", "rule", "rest"),
    [
        (TIGHT._replace(format=JSON), "#/properties/reputation/anyOf refuses $.reputation", []),
        (TIGHT, " (type count) refuses /result/overview/reputation", []),
        (TIGHT, " (type count) refuses /result/overview/reputation", ["--", "-n", "2"]),
    ],
    ids=["json", "xml", "workers"],
)
def test_a_run_with_a_tightened_schema_is_unverified_and_names_the_rule(
    change: Change, rule: str, rest: list[str], tmp_path: Path
) -> None:
    folder = change.copy(tmp_path / "schemas")
    words = ("run", "--reference", "--depth", "quick", "--report-json", "r.json", *rest)
    done = run_with(folder, tmp_path, *words)
    assert done.returncode == 3
    assert f"{change.file}{rule}" in done.stderr
    found = outcomes(tmp_path / "r.json")
    errors = [key for key, outcome in found.items() if outcome == "error"]
    assert errors == [("success.counts", change.format)]
    assert "failed" not in found.values()
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["schemas"]["validated"] > report["schemas"]["disagreements"] > 0


@pytest.mark.parametrize("format", Format)
def test_a_run_with_a_loosened_schema_is_unverified_and_names_the_rule(
    format: Format, tmp_path: Path
) -> None:
    change = Change(format, "overview", COUNT, "[0-9]*")
    (tmp_path / "padding.py").write_text(PADDING, encoding="utf-8")
    words = ("run", "--formats", format, "--depth", "quick", "--report-json", "r.json", *PADDED_APP)
    plain = run_with(Path(str(schema_folder())), tmp_path, *words)
    assert plain.returncode == 1
    assert outcomes(tmp_path / "r.json")["success.counts", format] == "failed"
    done = run_with(change.copy(tmp_path / "schemas"), tmp_path, *words)
    assert done.returncode == 3
    assert f"{change.file}{RULES[r.SUCCESS_COUNTS][format is XML]} accepts" in done.stderr
    found = outcomes(tmp_path / "r.json")
    assert found["success.counts", format] == "error"
    must = {one.id for one in CATALOGUE if one.level is Level.MUST}
    assert [id for (id, _), outcome in found.items() if outcome == "failed" and id in must] == []


@pytest.mark.parametrize(("body", "change"), [(OVERVIEW[XML], TIGHT), (PADDED, LOOSE)])
def test_validate_is_unverified_and_names_the_rule(
    body: str, change: Change, tmp_path: Path
) -> None:
    (tmp_path / f"body.{change.format}").write_text(body, encoding="utf-8")
    folder = change.copy(tmp_path / "schemas")
    done = run_with(folder, tmp_path, "validate", f"body.{change.format}")
    assert done.returncode == 3
    assert "schema and reader disagree, a fault of the suite" in done.stdout
    assert change.file in done.stdout
    assert "1 body validated by schema, 1 disagreement" in done.stdout


def test_a_body_that_comes_after_its_requirement_was_judged_ends_the_session_too(
    pytester: pytest.Pytester,
) -> None:
    folder = TIGHT.copy(pytester.path / "schemas")
    pytester.makeconftest(OTHER_SCHEMAS.format(str(folder)))
    done = pytester.runpytest_subprocess(
        *("--pyargs", "reseller_conformance.suite", "--reseller-reference"),
        *("--reseller-depth=quick", "-k", "success_shape"),
    )
    assert done.ret == 3
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(
        ["ERROR success.counts [[]xml]: * xml/overview.xsd (type count) refuses *", "unverified*"]
    )
