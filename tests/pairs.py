"""Makes the covering array of the plan, in which all pairs of states meet: `nox -s pairs`.

It is the same for every run, and would take each a tenth of its time.
"""

import json
from pathlib import Path

from covertable import make

from reseller_conformance.cases import plan
from reseller_conformance.cases.mutations import COMMON_INVALID, EMPTY, State
from reseller_conformance.contract import PARAMETERS

SOURCE = Path(__file__).parents[1] / "conformance" / "reseller_conformance" / plan.COVERING_ARRAY


def main() -> None:
    rows = make({name: [State.VALID, *EMPTY, *COMMON_INVALID[name]] for name in PARAMETERS}, 2)
    lines = [json.dumps([row[name] for name in PARAMETERS]) for row in rows]
    SOURCE.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
