"""One requirement as a page of Markdown, for a terminal and for the docs alike."""

from __future__ import annotations

from reseller_conformance.guidance.model import Guidance
from reseller_conformance.requirements import Level, Requirement

__all__ = ["page"]

_COSTS = {
    Level.MUST: "a departure fails the run",
    Level.SHOULD: "a departure is reported, and fails the run with `--level should`",
    Level.MAY: "it is observed and reported, never counted",
}


def page(requirement: Requirement, guidance: Guidance) -> str:
    """Return what is required, why, where that is written, how to fix it, and a violation."""
    formats = (
        " and ".join(format.upper() for format in requirement.formats) or "JSON and XML together"
    )
    marks = "Here `…` stands for whatever else is right" if "…" in guidance.example else ""
    marks += r", and `\xe9` for that byte" if r"\xe9" in guidance.example else ""
    parts = [
        f"# {requirement.id}",
        f"{requirement.level.upper()}, in {formats}: {_text(requirement.title)}.",
        f"- **Level**: {_COSTS[requirement.level]}",
        f"- **Where it is written**: {_text(requirement.source)}",
        f"- **Why**: {_text(requirement.reason)}",
        "## How to fix it",
        guidance.fix,
        "## A violation" if requirement.level is not Level.MAY else "## An example",
        f"```text\n{guidance.example.rstrip()}\n```",
        f"{marks}." if marks else "",
    ]
    joined = "\n\n".join(part for part in parts if part)
    return joined.replace("\n\n- **Wh", "\n- **Wh") + "\n"


def _text(text: str) -> str:
    """Return a text of the catalogue, which is no Markdown, with what would be markup escaped."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>" else c for c in text)
