"""The page that describes the API documentation, as a part of the HTML report.

A finding links to the place that its requirement cites. So the report needs no network for it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from reseller_conformance.guidance.documentation import documentation_text

__all__ = ["PREFIX", "documentation"]

PREFIX = "api-"
"""The start of each anchor of the page, which keeps it apart from the anchors of the report."""


@lru_cache(maxsize=1)
def documentation() -> Markup:
    """Return the page without its title. It is a file of this package, so its markup is safe."""
    _, _, text = documentation_text().partition("\n")
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)  # Other pages are not in the report.
    text = re.sub(r"(?m)^## ", "### ", text)
    text = re.sub(r'<a id="(\S+)"></a>', rf'<span id="{PREFIX}\1"></span>', text)
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return Markup(reader.render(text))
