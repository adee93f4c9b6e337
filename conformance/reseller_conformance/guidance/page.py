"""One requirement as a page of Markdown, for a terminal and for the docs alike."""

from __future__ import annotations

from reseller_conformance.guidance.model import Guidance
from reseller_conformance.guidance.right import corrected
from reseller_conformance.requirements import Level, Requirement

__all__ = ["page"]

_COSTS = {
    Level.MUST: "a departure fails the run",
    Level.SHOULD: "a departure is reported, and fails the run with `--level should`",
    Level.MAY: "it is observed and reported, never counted",
}


def page(requirement: Requirement, guidance: Guidance, *, markup: bool = True) -> str:
    """Return why, where that is written, how to fix it, a violation and the right response.

    `markup` says whether the text is read as Markdown: then its own marks are escaped.
    """
    written = _escaped if markup else str
    formats = (
        " and ".join(format.upper() for format in requirement.formats) or "JSON and XML together"
    )
    parts = [
        f"# {requirement.id}",
        f"{requirement.level.upper()}, in {formats}: {written(requirement.title)}.",
        f"- **Level**: {_COSTS[requirement.level]}",
        f"- **Where it is written**: {written(requirement.source)}",
        f"- **Why**: {written(requirement.reason)}",
        "## How to fix it",
        guidance.fix,
        *_examples(requirement, guidance),
    ]
    return "\n\n".join(parts).replace("\n\n- **Wh", "\n- **Wh") + "\n"


def _examples(requirement: Requirement, guidance: Guidance) -> list[str]:
    wrong = guidance.example.rstrip()
    if requirement.level is Level.MAY:  # either response is permitted
        return ["## An example", _block(wrong), *_marks(wrong)]
    right = (guidance.right or corrected(guidance.example)).rstrip()
    examples = ["## A violation", _block(wrong), "## The right response", _block(right)]
    return [*examples, *_marks(wrong + right)]


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def _marks(text: str) -> list[str]:
    marks = ["`…` stands for whatever else is right"] if "…" in text else []
    marks += [r"`\xe9` for that byte"] if r"\xe9" in text else []
    return [f"Here {', and '.join(marks)}."] if marks else []


def _escaped(text: str) -> str:
    """Return a text of the catalogue, which is no Markdown, with what would be markup escaped."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>" else c for c in text)
