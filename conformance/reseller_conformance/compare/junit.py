"""A comparison as JUnit XML, for CI servers: a test case a kind.

A kind that counts is a failure. One that is accepted, or below the grade, is skipped.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from reseller_conformance.compare.model import Comparison, DifferenceKind
from reseller_conformance.compare.terminal import latency_text
from reseller_conformance.reports.json_report import NAME
from reseller_conformance.reports.junit import MAX_MESSAGE_CHARS, UNKNOWN_TIME, xml_text
from reseller_conformance.reports.text import counted, one_line, shortened

__all__ = ["render"]


def render(comparison: Comparison) -> str:
    """Return the report as text."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", id="0", name=f"{NAME} compare", package=NAME)
    ET.SubElement(suite, "properties")
    failing = {kind.id for kind in comparison.counted}
    for kind in comparison.kinds:
        _case(suite, kind, counts=kind.id in failing)
    for entry in comparison.stale:
        case = _named(suite, f"accepted {entry}")
        message = f"this accepted difference no longer occurs; remove it: {entry}"
        ET.SubElement(case, "failure", type="stale", message=_line(message))
    verdict = _named(suite, "verified")
    if comparison.unverified:
        ET.SubElement(verdict, "error", type="unverified", message=_line(comparison.unverified))
    said = [comparison.headline, *comparison.contract_lines, latency_text(comparison.latency)]
    ET.SubElement(suite, "system-out").text = xml_text("\n".join(said))
    ET.SubElement(suite, "system-err")
    for name, number in (
        ("tests", len(suite.findall("testcase"))),
        ("failures", len(failing) + len(comparison.stale)),
        ("errors", int(bool(comparison.unverified))),
        ("skipped", len(comparison.kinds) - len(failing)),
    ):
        suite.set(name, str(number))
    suite.set("time", "0")
    suite.set("timestamp", comparison.started[:19] or UNKNOWN_TIME)
    suite.set("hostname", "localhost")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _named(suite: ET.Element, name: str) -> ET.Element:
    case = ET.SubElement(suite, "testcase", name=_line(name), classname="compare", time="0")
    ET.SubElement(case, "properties")
    return case


def _line(text: str) -> str:
    return xml_text(shortened(one_line(text), MAX_MESSAGE_CHARS))


def _case(suite: ET.Element, kind: DifferenceKind, *, counts: bool) -> None:
    case = _named(suite, kind.id)
    example = kind.example
    message = f"{kind.grade}: OLD {example.old}; NEW {example.new}"
    if not counts:
        why = f"accepted: {kind.accepted}" if kind.accepted else message
        ET.SubElement(case, "skipped", type=kind.grade.value, message=_line(why))
        return
    failure = ET.SubElement(case, "failure", type=kind.grade.value, message=_line(message))
    failure.text = xml_text(
        f"{kind.notice}\n{counted(kind.calls, 'call')}, such as: {example.case}\n\n"
        f"OLD:\n{example.old_response}\n\nNEW:\n{example.new_response}"
    )
