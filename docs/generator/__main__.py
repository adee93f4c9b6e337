"""Make the generated regions of README and docs anew, or with `--check` say which are not fresh."""

from __future__ import annotations

import sys
from pathlib import Path

# the folder of this package, for the package lies beside the pages that it makes
sys.path.insert(0, str(Path(__file__).parents[1]))

from generator import catalogue, figures, python_names, reference
from generator.regions import Makers, renewed

__all__ = ["MAKERS", "PAGES", "main"]

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MAKERS: Makers = {
    "found": figures.found,
    "costs": figures.costs,
    "catalogue": catalogue.catalogue,
    "requirements": catalogue.requirements,
    "beyond": catalogue.beyond_schemas,
    "options": reference.options,
    "commands": reference.help_texts,
    "schema": reference.schema,
    "source": reference.source,
    "names": python_names.names,
    "fixtures": python_names.fixtures,
}


def main(words: list[str]) -> int:
    """Write the pages whose regions have changed; with `--check` only name them, and return 1."""
    stale = {
        page: text
        for page in PAGES
        if (text := renewed(page.read_text(encoding="utf-8"), MAKERS))
        != page.read_text(encoding="utf-8")
    }
    for page, text in stale.items():
        print(page.relative_to(ROOT), file=sys.stderr)
        if "--check" not in words:
            page.write_text(text, encoding="utf-8")
    if stale and "--check" in words:
        print("error: these pages are not fresh; run: nox -s pages", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
