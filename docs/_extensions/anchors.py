"""Links to `<a id="NAME"></a>`, which reads on a code host too: `requirements.md#success.dates`.

docutils would write the anchor of a heading as `success-dates`, and a report `success.dates`.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

ANCHOR = re.compile(r'<a id="([^"]+)">')


def known(app: Sphinx, document: nodes.document) -> None:
    """Register the anchors of this page with MyST."""
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for raw in document.findall(nodes.raw):
        for name in ANCHOR.findall(raw.astext()):
            slugs[name] = (None, name, name)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension."""
    app.connect("doctree-read", known)
    return {"parallel_read_safe": True}
