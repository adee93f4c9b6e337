"""Make the generated regions of README and docs anew, and the schema of the configuration file.

`--check` says which are not fresh.
"""

from __future__ import annotations

import sys
from pathlib import Path

# the folder of this package, for the package lies beside the pages that it makes
sys.path.insert(0, str(Path(__file__).parents[1]))

from generator import catalogue, config_schema, figures, python_names, reference
from generator.regions import Makers, renewed

__all__ = ["MAKERS", "PAGES", "main"]

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CONFIG_SCHEMA = ROOT / "schemas" / "config.schema.json"
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
    """Write the files that have changed; with `--check` only name them, and return 1."""
    made = {page: renewed(page.read_text(encoding="utf-8"), MAKERS) for page in PAGES}
    made[CONFIG_SCHEMA] = config_schema.config_schema()
    stale = {path: text for path, text in made.items() if text != _text(path)}
    for path, text in stale.items():
        print(path.relative_to(ROOT), file=sys.stderr)
        if "--check" not in words:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in words:
        print("error: these files are not fresh; run: nox -s pages", file=sys.stderr)
        return 1
    return 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
