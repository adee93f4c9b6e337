"""The page that describes the API documentation, and where a requirement's source is on it.

`requirements` has the anchors. Reports and `explain` show the place; the HTML report has the page.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from reseller_conformance.requirements import Requirement

__all__ = ["documentation_text", "documented_at", "is_address"]

NAME = "api-documentation.md"
PACKAGE = "reseller-conformance"
FOLDER = "docs"
"""The folder of this repository that has the pages."""


def documentation_text() -> str:
    """Return the page, in Markdown.

    Raises FileNotFoundError if it is neither in the installed package nor in the source tree.
    """
    packaged = files("reseller_conformance").joinpath(NAME)
    # In an editable install the page is in the source tree, not in the package.
    in_tree = Path(__file__).resolve().parents[3] / FOLDER / NAME
    for page in (packaged, in_tree):
        if page.is_file():
            return page.read_text(encoding="utf-8")
    raise FileNotFoundError(
        f"the page of the API documentation is missing: looked for {packaged} and {in_tree}; "
        "is reseller-conformance installed completely?"
    )


def documented_at(requirement: Requirement) -> str:
    """Return the place that describes the source: `docs/api-documentation.md#success`.

    It is an address if the package's metadata have a `Documentation` address: `[project.urls]` in
    pyproject.toml. It is empty for a source outside of the API documentation, such as an RFC.
    """
    anchor = requirement.docs_anchor
    return f"{_base()}/{NAME}#{anchor}" if anchor else ""


def is_address(place: str) -> bool:
    """Return whether a report can link to the place."""
    return place.startswith("https://")


@lru_cache(maxsize=1)
def _base() -> str:
    """Return the address of the folder of pages, or its path if no address is known."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata(PACKAGE).get_all("Project-URL") or []
    except PackageNotFoundError:  # A source tree that is not installed.
        return FOLDER
    known: dict[str, str] = dict(url.split(", ", 1) for url in urls)
    return known.get("Documentation", FOLDER).rstrip("/")
