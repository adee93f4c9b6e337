"""Six validators over the corpus: a table of who agrees with its index; exit 1 where one does not.

`nox -s interop` runs it: Ajv is found by NODE_PATH, `node` and `java` on the PATH.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from bodies import BODIES
from interop.validators import VALIDATORS
from interop.verdicts import Difference, differing


def main() -> int:
    """Ask each validator, and print what it said."""
    table = Table("format", "validator", "version")
    for column in ("bodies", "agreed", "differing"):
        table.add_column(column, justify="right")
    known: list[str] = []
    differences: list[tuple[str, Difference]] = []
    for validator in VALIDATORS:
        bodies = [body for body in BODIES if body.asked and body.format == validator.format]
        exceptions = [body.name for body in bodies if validator.name in body.differing]
        found = differing(validator, bodies)
        judged = len(bodies) - len(exceptions)
        figures = (judged, judged - len(found), len(found))
        table.add_row(validator.format, validator.name, validator.version(), *map(str, figures))
        known += [f"{validator.name}: {name}" for name in exceptions]
        differences += [(validator.name, difference) for difference in found]
    console = Console(width=100, markup=False, highlight=False)
    console.print(table)
    console.print(f"Not counted, as they are known to differ (schemas/README.md): {len(known)}")
    console.print("\n".join(f"  {line}" for line in known))
    for name, difference in differences:
        expected, got = difference.expected, difference.got
        console.print(f"{name}: {difference.body}: expected {expected}; got {got}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
