"""The built pages are read back: each link inside leads somewhere, and nothing is fetched.

Sphinx checks the links that it resolves; here are the links of the finished HTML, those of
templates and of raw HTML included. A problem is a warning, and so, with -W, an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

LOADING = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches by itself."""


@dataclass
class Page(HTMLParser):
    """The anchors of a page, the links on it, and what it loads."""

    ids: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what is of interest."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if tag in LOADING and LOADING[tag] in given:
            self.loads.add(given[LOADING[tag]])


def read(path: Path) -> Page:
    """Return what is in a file."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def check(app: Sphinx, error: Exception | None) -> None:
    """Warn of each link that leads nowhere, and of each thing that comes from elsewhere."""
    if error or app.builder.format != "html":
        return
    root = Path(app.outdir).resolve()
    pages = {path: read(path) for path in sorted(root.rglob("*.html"))}
    for path, page in pages.items():
        here = path.relative_to(root)
        for link in sorted(page.links | page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "data":
                    logger.warning("%s loads what lies elsewhere: %s", here, link)
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            known = there in pages and anchor in pages[there].ids
            if not there.is_file() or (anchor and not known):
                logger.warning("%s has a dead link: %s", here, link)


def setup(app: Sphinx) -> dict[str, object]:
    """Tell Sphinx of the check."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
