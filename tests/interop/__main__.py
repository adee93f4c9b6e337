"""Six validators over the corpus and over generated documents: tables of their agreement.

Exit 1 if one disagrees. `nox -s interop` runs it with the folder for the generated bodies.
NODE_PATH leads to Ajv, and PATH to `node` and `java`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bodies import BODIES, Body
from interop.generated import generated
from interop.validators import VALIDATORS
from interop.verdicts import Difference, differing

GENERATED = 5_000

console = Console(width=100, markup=False, highlight=False)


def main(folder: Path) -> int:
    """Run each validator, and print its verdicts."""
    folder.mkdir(parents=True, exist_ok=True)
    different = judged("The corpus", BODIES)
    known = [f"{name}: {body.name}" for body in BODIES for name in body.differing]
    console.print(f"Not counted, as they are known to differ (schemas/README.md): {len(known)}")
    console.print("\n".join(f"  {line}" for line in known))
    with console.status(f"{GENERATED} documents are generated"):
        bodies = generated(folder, GENERATED)
    different += judged(f"{GENERATED} generated documents", bodies)
    return 1 if different else 0


def judged(title: str, bodies: Sequence[Body]) -> int:
    """Print the verdicts on these bodies; return the number of differences."""
    table = Table("format", "validator", "version", title=title, title_justify="left")
    for column in ("bodies", "agreed", "differing"):
        table.add_column(column, justify="right")
    differences: list[tuple[str, Difference]] = []
    for validator in VALIDATORS:
        with console.status(f"{title}: {validator.name}"):
            found = differing(validator, bodies)
        differences += [(validator.name, difference) for difference in found]
        counted = sum(
            body.has_document
            and body.format == validator.format
            and validator.name not in body.differing
            for body in bodies
        )
        figures = map(str, (counted, counted - len(found), len(found)))
        table.add_row(validator.format, validator.name, validator.version(), *figures)
    console.print(table)
    for name, difference in differences:
        expected, got = difference.expected, difference.got
        console.print(f"{name}: {difference.body}: expected {expected}; got {got}")
    return len(differences)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
