"""Reads reports back, each by a parser of its format and by the rules of its reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import xmlschema
from lxml import etree, html
from markdown_it import MarkdownIt

__all__ = ["CODE_QUALITY", "JUNIT", "READERS", "REPORT", "read_markdown"]

TREE = Path(__file__).parents[1]
REPORT = json.loads((TREE / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
JUNIT = xmlschema.XMLSchema(TREE / "tests" / "formats" / "junit.xsd")

# https://docs.gitlab.com/ci/testing/code_quality/: the required fields of a tool's report
_TEXT = {"type": "string", "minLength": 1}
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": _TEXT,
            "check_name": _TEXT,
            "fingerprint": _TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./][^\\\\]*$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def _json(text: str) -> set[str]:
    report = json.loads(text)
    jsonschema.Draft202012Validator(REPORT).validate(report)
    return {entry["id"] for entry in report["requirements"] if entry["outcome"] == "failed"}


def _junit(text: str) -> set[str]:
    root: Any = etree.fromstring(text.encode())
    JUNIT.validate(root)
    return {
        case.find("properties/property[@name='requirement']").get("value")
        for case in root.iter("testcase")
        if case.find("properties/property[@name='outcome']").get("value") == "failed"
    }


def read_markdown(text: str) -> html.HtmlElement:
    """Render it as a reader does, with GitHub's extensions for tables and HTML."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return html.fromstring(f"<div>{reader.render(text)}</div>")


def _html(text: str) -> set[str]:
    page = html.document_fromstring(text)
    return {heading.findtext("code") for heading in page.iter("h3")} - {None}


def _markdown(text: str) -> set[str]:
    return {summary.findtext("code") for summary in read_markdown(text).iter("summary")}


def _code_quality(text: str) -> set[str]:
    issues = json.loads(text)
    jsonschema.validate(issues, CODE_QUALITY)
    return {issue["check_name"] for issue in issues}


READERS: dict[str, Callable[[str], set[str]]] = {
    "report-json": _json,
    "report-html": _html,
    "report-junit": _junit,
    "report-markdown": _markdown,
    "report-code-quality": _code_quality,
}
"""By the option of a report: the function that returns the requirements that failed."""
