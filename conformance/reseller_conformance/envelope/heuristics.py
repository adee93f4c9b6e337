"""Guess what an unreadable text was meant to be, from the names in it.

Use it only if there is no tree.
"""

from __future__ import annotations

import re

from reseller_conformance.contract import FIELDS
from reseller_conformance.envelope.model import EnvelopeKind
from reseller_conformance.envelope.tree import folded
from reseller_conformance.util.text import excerpt

__all__ = ["MIN_FIELDS", "content_kind", "guess", "is_html"]

MIN_FIELDS = 3
"""Minimum number of the ten names that identify an overview."""

_NAMES = "|".join(field.name.replace("_", "[_-]?") for field in FIELDS)
_BARE = re.compile(rf"\b(?:{_NAMES})\b", re.IGNORECASE)
# "requests" and "package" are common words of error pages. They count only where written as a name.
_AS_NAME = re.compile(rf"""["'<]({_NAMES})\b""", re.IGNORECASE)
_ERRORS = re.compile(r"""["'<](?:message|errors?)\b""", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_HEAD_CHARS = 2000


def guess(text: str) -> EnvelopeKind:
    """Return what this text was probably meant to be."""
    names = {folded(match[1]) for match in _AS_NAME.finditer(text)}
    if len(names) >= MIN_FIELDS:
        return EnvelopeKind.OVERVIEW
    # The word "message" in an HTML page is not an error envelope.
    if not is_html(text) and _ERRORS.search(text):
        return EnvelopeKind.ERRORS
    bare = {folded(match[0]) for match in _BARE.finditer(text)}
    return EnvelopeKind.OVERVIEW if names or len(bare) >= MIN_FIELDS else EnvelopeKind.UNKNOWN


def is_html(text: str) -> bool:
    """Return True if the text is an HTML page."""
    return _HTML.match(text[:_HEAD_CHARS]) is not None


def content_kind(text: str) -> str:
    """Describe the type of a text, with an excerpt at the end."""
    start = text.lstrip()
    if is_html(text):
        sort = "an HTML page"
    elif start.startswith("<"):
        sort = "XML"
    elif start.startswith(("{", "[")):
        sort = "JSON"
    else:
        odd = len(_CONTROL.findall(text[:_HEAD_CHARS]))
        sort = "binary data" if odd * 20 > min(len(text), _HEAD_CHARS) else "plain text"
    return f"{sort}: {excerpt(start)}"
