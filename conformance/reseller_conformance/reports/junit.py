"""A run as JUnit XML, for CI servers: a test case for each requirement and format.

Order and attributes are those of Ant, as in the XSD of Windy Road. Each case has properties, as
in pytest. Readers show `classname` as the suite, and merge two cases of one name.

A violated MUST is a failure, and so is a SHOULD that counts. Other SHOULDs, and violations that the
baseline accepts, are skipped, as in pytest: readers show no message of a success. An error is the
suite's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from reseller_conformance.findings.model import Outcome, Result, Run
from reseller_conformance.reports.finding_text import (
    Evidence,
    aligned,
    evidence_of,
    headline,
    labelled_lines,
)
from reseller_conformance.reports.json_report import NAME, as_json
from reseller_conformance.reports.summary import files_judged
from reseller_conformance.reports.text import one_line, shortened, visible
from reseller_conformance.reports.verdict_text import target_lines, verdict_text
from reseller_conformance.requirements import Level

__all__ = ["render", "xml_text"]

UNKNOWN_TIME = "1970-01-01T00:00:00"
"""The schema requires a time without a zone. It is in UTC."""
MAX_MESSAGE_CHARS = 400


def render(run: Run) -> str:
    """Return the report as text."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", id="0", name=NAME, package=NAME)
    _properties(suite, _about(run))
    seen: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for result in run.sorted_results:
        at = f" at {xml_text(one_line(result.target))}" if result.target else ""
        name = f"{result.requirement} [{result.format}]{at}"
        seen[name] += 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        kinds[_case(suite, result, name, run.level)] += 1
    ET.SubElement(suite, "system-out").text = xml_text(verdict_text(run))
    ET.SubElement(suite, "system-err")
    for name, value in _attributes(run, kinds):
        suite.set(name, value)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _attributes(run: Run, kinds: Counter[str]) -> Iterator[tuple[str, str]]:
    yield "tests", str(kinds.total())
    yield "failures", str(kinds["failure"])
    yield "errors", str(kinds["error"])
    yield "skipped", str(kinds["skipped"])
    started = run.suite.started or UNKNOWN_TIME
    yield "timestamp", started[: len(UNKNOWN_TIME)]
    yield "hostname", "localhost"
    yield "time", f"{run.traffic.seconds if run.traffic else 0:.3f}"


def _about(run: Run) -> Iterator[tuple[str, str]]:
    """The plain values of the JSON report about suite and target, by their names there."""
    report = as_json(run)
    del report["target"]["files"]
    if run.target.files:
        yield "target.files", files_judged(run.target.files)
    yield "verdict", report["verdict"]
    yield "complete", _word(report["complete"])
    yield from (("targets", line) for _, line in target_lines(run))
    for part in ("suite", "target"):
        for name, value in report[part].items():
            if value is not None:
                words = value if isinstance(value, list) else [value]
                yield f"{part}.{name}", ", ".join(map(_word, words))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _case(suite: ET.Element, result: Result, name: str, level: Level) -> str:
    """Add a test case, and return what kind of outcome it has."""
    requirement = result.requirement
    # An item has no useful time: other items may have sent its calls.
    case = ET.SubElement(suite, "testcase", name=name, classname=requirement.topic, time="0")
    known = {
        "requirement": requirement.id,
        "level": requirement.level.value,
        "format": result.format,
        "outcome": result.outcome.value,
        "title": requirement.title,
    }
    if result.target:
        known["target"] = result.target
    if result.outcome is Outcome.PASSED:
        observed = {"observed": result.reason} if result.reason else {}
        _properties(case, {**known, **observed}.items())
        return ""
    if result.known:
        known["known"] = result.known
    _properties(case, known.items())
    kind, why, message = _said(result, level)
    shown = ET.SubElement(
        case, kind, message=xml_text(shortened(one_line(message), MAX_MESSAGE_CHARS))
    )
    shown.set("type", why)
    evidence = "\n\n".join(map(_evidence, evidence_of(result.findings)))
    if evidence:
        shown.text = f"\n{requirement.title}\n\n{evidence}\n"
    return kind


def _said(result: Result, level: Level) -> tuple[str, str, str]:
    """Return the element for this outcome, its type and its message."""
    if result.outcome is Outcome.ERROR:
        return "error", "error", result.reason
    if result.outcome is not Outcome.FAILED:
        return "skipped", result.outcome.value, result.reason
    of = result.requirement.level
    message = _headline(result)
    if result.known:
        return "skipped", "known", f"known, {result.known}: {message}"
    kind = "failure" if of in (Level.MUST, level) else "skipped"
    return kind, of.value, f"{of.upper()}: {message}"


def _headline(result: Result) -> str:
    return next(map(headline, evidence_of(result.findings)), result.reason)


def _evidence(evidence: Evidence) -> str:
    return xml_text(aligned(labelled_lines(evidence)))


def _properties(of: ET.Element, known: Iterable[tuple[str, str]]) -> None:
    holder = ET.SubElement(of, "properties")
    for name, value in known:
        ET.SubElement(holder, "property", name=name, value=xml_text(str(value)))


def xml_text(text: str) -> str:
    """Return the text. Characters that XML 1.0 cannot have are written out."""
    lines = (visible(line) for line in text.split("\n"))
    return "\n".join(lines).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
