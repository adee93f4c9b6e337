"""How to meet each requirement, and an example of a violation, for `explain` and the docs.

model (the text of one requirement) → http_readable, success_errors, rejects_request, clients
and consistency_values (the texts by topic) → valid (the valid responses) → page (Markdown).
"""

from __future__ import annotations

from reseller_conformance.guidance import (
    clients,
    consistency_values,
    http_readable,
    rejects_request,
    success_errors,
)
from reseller_conformance.guidance.model import Guidance
from reseller_conformance.guidance.page import page
from reseller_conformance.requirements import Requirement

__all__ = ["GUIDANCE", "Guidance", "page_of", "text_of"]

GUIDANCE: dict[str, Guidance] = {
    requirement.id: guidance
    for topic in (http_readable, success_errors, rejects_request, clients, consistency_values)
    for requirement, guidance in topic.GUIDANCE.items()
}
"""The guidance for each requirement of the catalogue, by its id."""


def page_of(requirement: Requirement) -> str:
    """Return the requirement's page as Markdown."""
    return page(requirement, GUIDANCE[requirement.id])


def text_of(requirement: Requirement) -> str:
    """Return the requirement's page as plain text, without Markdown's escapes."""
    return page(requirement, GUIDANCE[requirement.id], markup=False)
