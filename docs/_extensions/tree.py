"""Links to the tree around this folder, which is no part of the site.

On a code host a link to a folder or to a README works; in the site it becomes a link to the page
that is made of that file, or plain text where there is none. What is not there at all stays a dead
link, and is warned of.
"""

from __future__ import annotations

from pathlib import Path

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class LinksIntoTheTree(SphinxTransform):
    """Resolve the links that MyST would look for among the pages."""

    default_priority = 10

    def apply(self, **_: object) -> None:
        """Replace each."""
        pages = {self.env.doc2path(name).resolve(): name for name in self.env.found_docs}
        for link in list(self.document.findall(addnodes.pending_xref)):
            there = self._place(link)
            if there is None or not there.exists():
                continue
            if there in pages:
                link["reftarget"], link["refdomain"], link["reftype"] = pages[there], "std", "doc"
            else:
                link.replace_self(link.children)

    def _place(self, link: addnodes.pending_xref) -> Path | None:
        target = link["reftarget"]
        if link["refdomain"] == "doc" and target.startswith("/"):  # outside, and ends in .md
            return Path(f"{target}.md").resolve()
        page = Path(self.env.doc2path(self.env.docname))
        if link["reftype"] == "myst" and (target.startswith("../") or page.is_symlink()):
            return (page.resolve().parent / target).resolve()
        return None


def setup(app: Sphinx) -> dict[str, object]:
    """Tell Sphinx of the links."""
    app.add_transform(LinksIntoTheTree)
    return {"parallel_read_safe": True}
