"""The table of contents of the site, from the links of the first page, which reads on GitHub too.

Each section of index.md is a part, and the pages that its list links to are its chapters, in their
order. `llms.txt` names the same pages for programs that read sites.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

INDEX = "index"
TOP_LEVELS = {"requirements": 3}
"""How many levels of headings the table of contents of a page shows, if not all."""
SECTION = re.compile(r"(?m)^## (.+)\n((?:(?!^## ).*\n?)*)")
LINK = re.compile(r"(?m)^- \[(.+?)\]\((\S+?\.md)\):? ?(.*(?:\n  .+)*)")


def parts(app: Sphinx, text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return the title, page and description of each chapter, by part."""
    pages = {Path(app.env.doc2path(name)).resolve(): name for name in app.env.found_docs}
    found = {}
    for caption, body in SECTION.findall(text):
        found[caption] = [
            (title, pages[there], " ".join(about.split()))
            for title, link, about in LINK.findall(body)
            if (there := (Path(app.srcdir) / link).resolve()) in pages
        ]
    return found


def add_toctrees(app: Sphinx, name: str, source: list[str]) -> None:
    """Add a toctree for each section to the first page."""
    if name == INDEX:
        for caption, chapters in parts(app, source[0]).items():
            pages = "\n".join(page for _, page, _ in chapters)
            head = f":caption: {caption}\n:maxdepth: 1\n:hidden:"
            source[0] += f"\n```{{toctree}}\n{head}\n\n{pages}\n```\n"


def limit_levels(app: Sphinx, _: nodes.document) -> None:
    """Limit the headings that the table of contents of this page shows."""
    if levels := TOP_LEVELS.get(app.env.docname):
        app.env.metadata[app.env.docname]["tocdepth"] = levels


def write_llms(app: Sphinx, error: Exception | None) -> None:
    """Write `llms.txt`, beside the site's first page (llmstxt.org)."""
    if error or app.builder.format != "html":
        return
    text = (Path(app.srcdir) / "index.md").read_text(encoding="utf-8")
    summary = text.split("\n\n")[1].replace("\n", " ")
    lines = [f"# {app.config.project}", "", f"> {summary}"]
    for caption, chapters in parts(app, text).items():
        lines += ["", f"## {caption}", ""]
        lines += [f"- [{title}]({page}.html): {about}" for title, page, about in chapters]
    (Path(app.outdir) / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register all three."""
    app.connect("source-read", add_toctrees)
    app.connect("doctree-read", limit_levels)
    app.connect("build-finished", write_llms)
    return {"parallel_read_safe": True}
