"""Runs the suite against every hostile server, checks the limits of each run, writes the table.

`nox -s hostile` runs it. This takes half an hour on two idle cores. Words on the command line
choose servers by name. The table is written after a run of all servers, or with --write.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import commit
from hostile_servers import SERVERS, Hostile, Measured, measure
from reseller_conformance.requirements import HTTP_TIMEOUT

TABLE = Path(__file__).parents[1] / "docs" / "hostile.md"
DEPTHS = ("quick", "standard")
TIMEOUT = 2.0

MEGABYTES = 300
TIMEOUTS = 10
"""The number of time limits that a run may take beyond one in which each call gets a response."""
ANSWERED = {"quick": 90.0, "standard": 150.0}
"""The maximum seconds of such a run on a slow machine. It includes reading bodies of a megabyte."""
GATEWAYS = 90.0
"""The seconds of waiting if a gateway sends Retry-After."""

INTRODUCTION = f"""\
# Hostile servers

This page shows the time and memory of a run against servers that try to do harm, and the first
finding of the run. Each server is a real one on loopback
([tests/hostile_servers](../tests/hostile_servers)). Each run is a process of its own, with
`--timeout {TIMEOUT:g}`. MB is its peak memory. A dot replaces a character that a table cannot show.

`nox -s hostile` makes this table. It fails if a run breaks one of these limits:

- It takes at most {MEGABYTES} MB.
- It ends with the expected exit code, and shows no traceback.
- Its first finding names the cause.
- Beyond a run in which each call gets a response, it takes at most {TIMEOUTS} time limits.

{{shown}} of {len(SERVERS)} servers, at commit {{commit}}:

| server | what it does | hostile to | exit | quick | standard | first finding |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One server, and a run at each depth."""

    server: Hostile
    runs: Sequence[Measured]

    def __str__(self) -> str:
        """Return the row of the table."""
        server, last = self.server, self.runs[-1]
        costs = (f"{run.seconds:.0f} s, {run.megabytes:.0f} MB" for run in self.runs)
        cells = (server.name, server.does, server.scope, last.exit_code, *costs, _found(last))
        return f"| {' | '.join(map(str, cells))} |"

    @property
    def broken(self) -> Iterator[str]:
        """Return the limits that a run exceeds."""
        for depth, run in zip(DEPTHS, self.runs, strict=True):
            for limit in _broken(self.server, depth, run):
                yield f"{self.server}, {depth}: {limit}"


def _broken(server: Hostile, depth: str, run: Measured) -> Iterator[str]:
    if run.exit_code != server.exit_code:
        yield f"exit code {run.exit_code}, not {server.exit_code}"
    if "Traceback" in run.screen:
        yield "a traceback"
    if run.megabytes > MEGABYTES:
        yield f"{run.megabytes:.0f} MB"
    most = ANSWERED[depth] + TIMEOUTS * TIMEOUT + GATEWAYS * ("Retry-After" in server.name)
    if run.seconds > most:
        yield f"{run.seconds:.0f} s, more than {most:.0f}"
    found = run.failed[0]["id"] if run.failed else None
    # on a slow machine, either limit may end an endless body
    wanted = {None} if server.first is None else {server.first.id, HTTP_TIMEOUT.id}
    if found not in wanted:
        yield f"first finding: {run.said}"


def _found(run: Measured) -> str:
    text = run.said.encode("ascii", "replace").decode()
    plain = "".join(c if c.isprintable() and c not in "|<>`" else "." for c in text)
    return plain if len(plain) <= 90 else plain[:89] + "…"


def main() -> int:
    """Run the servers, write the table, and return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="servers whose name holds one of these")
    parser.add_argument("--write", action="store_true", help="write the table of these")
    words = parser.parse_args()
    names = words.names
    chosen = [s for key, s in SERVERS.items() if not names or any(name in key for name in names)]

    def row(server: Hostile) -> Row:
        made = Row(server, [measure(server, depth, TIMEOUT) for depth in DEPTHS])
        print(made, flush=True)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(row, chosen))
    if words.write or not names:
        head = INTRODUCTION.format(shown=len(rows), commit=commit())
        TABLE.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    broken = [limit for row in rows for limit in row.broken]
    print(*broken, sep="\n", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
