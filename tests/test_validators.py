"""What the schemas say of a document, line by line; their lookup; and what it costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest

from reseller_conformance import schemas
from reseller_conformance.schemas import (
    json_errors,
    schema_folder,
    schema_path,
    schema_text,
    xml_errors,
)

EXAMPLE = json.loads(schema_text("examples/overview.json"))


def example_xml() -> Element:
    return ET.fromstring(schema_folder().joinpath("examples", "overview.xml").read_bytes())


def test_each_departure_in_json_is_a_line_of_where_and_what() -> None:
    document = {**EXAMPLE, "requests": "05", "billing_end_date": "2010-02-30\n", "package": 3}
    del document["reputation"]
    errors = json_errors({**document, "status": "ok"}, "overview")
    assert sorted(map(str, errors)) == [
        "$.billing_end_date: "
        "expected a date: a day that exists, as YYYY-MM-DD; got '2010-02-30\\n'",
        "$.package: expected text; got 3",
        "$.requests: expected a count: a non-negative decimal integer in ASCII digits; got '05'",
        "$: 'reputation' is a required property",
        "$: Additional properties are not allowed ('status' was unexpected)",
    ]


def test_each_departure_in_xml_is_a_line_of_where_and_what() -> None:
    root = example_xml()
    root.set("version", "2")
    fields = {field.tag: field for field in root[0]}
    fields["requests"].text = "05"
    fields["billing_end_date"].text = None
    fields["package"].append(Element("b"))
    lines = [str(error) for error in xml_errors(root, "overview")]
    assert lines[0].startswith("/result: 'version' attribute not allowed")
    assert lines[1:] == [
        "/result/overview/requests: "
        "expected a count: a non-negative decimal integer in ASCII digits; got '05'",
        "/result/overview/package: a simple content element can't have child elements",
        "/result/overview/billing_end_date: "
        "expected a date: a day that exists, as YYYY-MM-DD; got ''",
    ]


@pytest.mark.parametrize("number", [10**5_000, -(10**5_000)], ids=["huge", "huge, negative"])
def test_a_number_that_python_refuses_to_print_is_told_by_its_size(number: int) -> None:
    errors = json_errors({**EXAMPLE, "package": number}, "overview")
    assert [str(error) for error in errors] == [
        "$.package: expected text; got <a number of about 5000 digits>"
    ]


def test_the_installed_package_is_looked_at_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packaged = tmp_path / "schemas" / "json" / "overview.schema.json"
    packaged.parent.mkdir(parents=True)
    packaged.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
    assert schema_folder() == tmp_path / "schemas"
    assert schema_text("json/overview.schema.json") == "{}"
    with schema_path("json/overview.schema.json") as path:
        assert path == packaged


def test_missing_files_are_told_with_the_places_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
    monkeypatch.setattr(schemas, "__file__", str(tmp_path / "a" / "b" / "validators.py"))
    with pytest.raises(FileNotFoundError, match=r"the schema files are missing: looked in .* and "):
        schema_folder()


def test_an_unknown_kind_is_a_clear_error() -> None:
    kind: Any = "report"
    with pytest.raises(ValueError, match="no schema of kind 'report': overview, errors, answer"):
        json_errors({}, kind)


def test_importing_the_module_imports_neither_library() -> None:
    code = (
        "import sys, reseller_conformance.schemas; "
        "sys.exit(bool({'jsonschema', 'xmlschema'} & sys.modules.keys()))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


def test_many_threads_compile_each_schema_once() -> None:
    schemas._build_json.cache_clear()
    schemas._build_xml.cache_clear()
    root = example_xml()
    root[0][1].text = "05"

    def send(_: int) -> tuple[list[str], list[str]]:
        in_json = json_errors({**EXAMPLE, "requests": "05"}, "overview")
        return list(map(str, in_json)), list(map(str, xml_errors(root, "overview")))

    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(send, range(64)))
    wrong = "expected a count: a non-negative decimal integer in ASCII digits; got '05'"
    expected = [f"$.requests: {wrong}"], [f"/result/overview/requests: {wrong}"]
    assert responses == [expected] * 64
    assert schemas._build_json.cache_info().misses == 1
    assert schemas._build_xml.cache_info().misses == 1


def test_hostile_documents_give_few_short_lines() -> None:
    deep: list[Any] = []
    for _ in range(900):
        deep = [deep]
    many = Element("result")
    many.extend(Element("x" * 1_000) for _ in range(1_000))
    for errors in (
        json_errors({"message": deep, "errors": [deep, -(10**5_000), *range(1_000)]}, "errors"),
        json_errors({**EXAMPLE, "requests": "x" * 1_000_000, "x" * 1_000_000: deep}, "overview"),
        xml_errors(many, "overview"),
    ):
        lines = [str(error) for error in errors]
        assert 0 < len(lines) <= 50
        assert max(map(len, lines)) <= 301
