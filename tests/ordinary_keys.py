"""Keys that are ordinary words, and the result of a run with each of them.

As a script it reads keys, one on each line, and prints lines of JSON: the results of `run` and of
pytest with each key. One of the two runs against the reference, the other against a faulty one, in
one format. With `--all`, both run against both, in both formats.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import fields, replace
from itertools import cycle, product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reseller_conformance import reference
from reseller_conformance.cli.commands import main
from reseller_conformance.contract import FIELDS, PARAMETERS, Format
from reseller_conformance.findings.model import Finding, Outcome, Result, Run, Verdict
from reseller_conformance.reference import Account, Reference, Response, default_reference
from reseller_conformance.requirements import CATALOGUE, Level
from reseller_conformance.schemas import schema_text

__all__ = ["ISSUED", "ORDINARY", "WRONG_DATE", "keyed"]

ISSUED = ("success1", "passed", "Customer1", "test", "wrong1", "order66", "http80", "form22")
"""Keys that once made a run against a correct server crash."""

WRONG_DATE = "2010-09-31"

SEED = 20100830
LEAST = 4


def _words() -> set[str]:
    """Return the words of the catalogue, of reports, of envelopes and of the accounts."""
    texts = [f"{one.id} {one.title} {one.source} {one.reason}" for one in CATALOGUE]
    texts += [schema_text("report.schema.json")]
    texts += [one.value for kind in (Outcome, Verdict, Level, Format) for one in kind]
    texts += [field.name for kind in (Finding, Result, Run) for field in fields(kind)]
    texts += [*PARAMETERS, *(field.name for field in FIELDS)]
    for account in default_reference().accounts.resellers[0].customers:
        texts += [account.user, account.package, str(account.billing_end_date)]
    found = {word for text in texts for word in re.findall(r"\w+(?:-\w+)*", text)}
    return {word for word in found if len(word) >= LEAST and word.isascii()}


def _ordinary() -> list[str]:
    """Return some of these words as keys, and others that contain one of them."""
    random, words = Random(SEED), sorted(_words())
    ids = sorted({one.id for one in CATALOGUE} | {one.topic for one in CATALOGUE})
    must = [*ISSUED, *ids, *(one.value for one in Outcome), *(field.name for field in FIELDS)]
    around = ("{}1", "x{}", "{}-42", "my {} key", "{}{}")
    held = [random.choice(around).format(word, word) for word in random.sample(words, 100)]
    return list(dict.fromkeys([*must, *held, *random.sample(words, 150)]))


ORDINARY = _ordinary()


# --- The result of a run -------------------------------------------------------------------------


class _WrongDate(Reference):
    """Shows a date that does not exist."""

    def show(self, wanted: Format, account: Account) -> Response:
        right = super().show(wanted, account)
        end = account.billing_end_date.isoformat().encode()
        return replace(right, body=right.body.replace(end, WRONG_DATE.encode()))


def keyed(key: str, kind: type[Reference] = Reference) -> Reference:
    """Return a reference whose first reseller has this key."""
    first, *others = default_reference().accounts.resellers
    known = default_reference().accounts
    return kind(replace(known, resellers=(replace(first, api_key=key), *others)))


def come_to(
    key: str, kind: type[Reference], command: str, formats: str, folder: Path
) -> dict[str, Any]:
    """Return the exit code of a run with this key, its verdict and its outcomes."""
    known = keyed(key, kind)
    ours, reference.default_reference = reference.default_reference, lambda: known
    path = folder / "report.json"
    try:
        with redirect_stdout(sys.stderr):
            code = _run(formats, path) if command == "run" else _pytest(formats, path)
    finally:
        reference.default_reference = ours
    report = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    found = report["requirements"]
    return {
        "code": int(code),
        "verdict": report["verdict"],
        "outcomes": Counter(one["outcome"] for one in found),
        "failed": sorted({f"{one['id']}: {one['reason']}" for one in found if one["findings"]}),
    }


OPTIONS = ("reference", "depth=quick", "concurrency=2")


def _run(formats: str, path: Path) -> int:
    given = [f"--{option}" for option in (*OPTIONS, f"formats={formats}", f"report-json={path}")]
    return main(["run", *given])


def _pytest(formats: str, path: Path) -> int:
    given = [*OPTIONS, f"formats={formats}", f"report-json={path}"]
    suite = ["-q", "-p", "no:cacheprovider", "--pyargs", "reseller_conformance.suite"]
    return pytest.main([*suite, *(f"--reseller-{option}" for option in given)])


def _tell(keys: list[str], whole: bool) -> None:
    runs = list(product(("run", "pytest"), (Reference, _WrongDate)))
    parts = [(runs[0], runs[3]), (runs[1], runs[2])]
    halves = cycle(product(("json", "xml"), parts))
    everything = cycle([("json,xml", runs)])
    with TemporaryDirectory() as folder:
        for key, (formats, wanted) in zip(keys, everything if whole else halves, strict=False):
            for command, kind in wanted:
                reported = come_to(key, kind, command, formats, Path(folder))
                about = {"key": key, "command": command, "right": kind is Reference}
                print(json.dumps(about | reported), flush=True)


if __name__ == "__main__":
    _tell(sys.stdin.read().splitlines(), "--all" in sys.argv)
