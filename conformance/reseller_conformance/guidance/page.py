"""Render the page of one requirement as Markdown or as plain text."""

from __future__ import annotations

from reseller_conformance.guidance.documentation import documented_at
from reseller_conformance.guidance.model import Guidance
from reseller_conformance.guidance.valid import corrected
from reseller_conformance.requirements import Level, Requirement

__all__ = ["page"]

_COSTS = {
    Level.MUST: "a violation fails the run",
    Level.SHOULD: "a violation is reported, and fails the run with `--level should`",
    Level.MAY: "the behaviour is reported, and never fails the run",
}


def page(requirement: Requirement, guidance: Guidance, *, markup: bool = True) -> str:
    """Return the requirement's level, source and reason, how to fix it, and the examples.

    `markup` is True if the text is read as Markdown. Then Markdown's special characters are
    escaped.
    """
    written = _escaped if markup else str
    formats = (
        " and ".join(format.upper() for format in requirement.formats) or "JSON and XML together"
    )
    facts = [
        f"- **Level**: {_COSTS[requirement.level]}",
        f"- **Source**: {_source(requirement, markup=markup)}",
        f"- **Why**: {written(requirement.reason)}",
    ]
    parts = [
        f"# {requirement.id}",
        f"{requirement.level.upper()}, in {formats}: {written(requirement.title)}.",
        "\n".join(facts),
        "## How to fix it",
        guidance.fix,
        *_examples(requirement, guidance),
    ]
    return "\n\n".join(parts) + "\n"


def _source(requirement: Requirement, *, markup: bool) -> str:
    """Return the source with its place in the docs, which is a link if the text is Markdown."""
    if not markup:
        place = documented_at(requirement)
        return f"{requirement.citation} ({place})" if place else requirement.citation
    cited, anchor = _escaped(requirement.citation), requirement.docs_anchor
    return f"[{cited}](api-documentation.md#{anchor})" if anchor else cited


def _examples(requirement: Requirement, guidance: Guidance) -> list[str]:
    wrong = guidance.example.rstrip()
    if requirement.level is Level.MAY:  # Both responses are permitted.
        return ["## An example", _block(wrong), *_marks(wrong)]
    right = (guidance.right or corrected(guidance.example)).rstrip()
    examples = ["## A violation", _block(wrong), "## The valid response", _block(right)]
    return [*examples, *_marks(wrong + right)]


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def _marks(text: str) -> list[str]:
    marks = ["`…` means other valid content"] if "…" in text else []
    marks += [r"`\xe9` means that byte"] if r"\xe9" in text else []
    return [f"Here {', and '.join(marks)}."] if marks else []


def _escaped(text: str) -> str:
    """Escape a text of the catalogue, which is not Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>" else c for c in text)
