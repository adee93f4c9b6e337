"""How to meet each requirement, and what violates it: for `explain`, the docs and their anchors.

What is required, and why, stands in `requirements`; a module here holds what helps with its topics.
"""

from __future__ import annotations

from reseller_conformance.guidance import (
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
    for topic in (http_readable, success_errors, rejects_request, consistency_values)
    for requirement, guidance in topic.GUIDANCE.items()
}
"""What helps with each requirement of the catalogue, by its id."""


def page_of(requirement: Requirement) -> str:
    """Return the requirement's page, as Markdown."""
    return page(requirement, GUIDANCE[requirement.id])


def text_of(requirement: Requirement) -> str:
    """Return the requirement's page as plain text, without the escapes of Markdown."""
    return page(requirement, GUIDANCE[requirement.id], markup=False)
