"""Compares with the usual alternative: Schemathesis, with the OpenAPI document of this call."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.measuring import COMMAND, ROOT, THEIRS, environment, named, once, recorded, served

SCHEMATHESIS = THEIRS / "schemathesis"

HEAD = [
    "| delay | tool | calls | s until the verdict | calls a second | ÷ ours | for as many calls |",
    "|---:|---|---:|---:|---:|---:|---:|",
]


def table(examples: int) -> list[str]:
    """Run both against one server each, with no delay and with 50 ms for each response."""
    return [*HEAD, *_rows(0, examples), *_rows(50, examples)]


def _rows(delay: float, examples: int) -> Iterator[str]:
    """Yield a row for a standard run, and for Schemathesis with few examples and with many.

    Its time ÷ ours is as measured, and then scaled to as many calls as ours.
    """
    ours, our_calls = _measured(delay, lambda url: [*COMMAND, "run", *named(), f"--base-url={url}"])
    each = f"{ours:.1f} | {our_calls / ours:,.0f}"
    yield f"| {delay:g} ms | reseller-conformance | {our_calls:,} | {each} | | |"
    for how, options in {
        "to the first failure": (),
        "its own number of examples": ("--continue-on-failure",),
        f"{examples:,} examples": (f"--max-examples={examples}", "--continue-on-failure"),
    }.items():
        theirs, calls = _measured(delay, partial(_schemathesis, options))
        each = f"{theirs:.1f} | {calls / theirs:,.0f} | **{theirs / ours:.1f}**"
        scaled = theirs * our_calls / calls / ours
        yield f"| | {_version()}, {how} | {calls:,} | {each} | {scaled:.1f} |"


def _measured(delay: float, words: Callable[[str], list[str]]) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "calls")
        with served(delay, record=record) as base_url:
            cost = once(words(base_url))
        return cost.seconds, len(recorded(record))


def _schemathesis(options: Sequence[str], base_url: str) -> list[str]:
    """Return its command, with the valid credentials."""
    said = environment()
    config = Path(tempfile.mkdtemp(), "schemathesis.toml")
    config.write_text(
        "[parameters]\n"
        f'"query.api_user" = "{said["RESELLER_API_USER"]}"\n'
        f'"query.api_key" = "{said["RESELLER_API_KEY"]}"\n'
    )
    words = [
        str(SCHEMATHESIS),
        f"--config-file={config}",
        "run",
        str(ROOT / "schemas/openapi.json"),
    ]
    return [*words, f"--url={base_url}", *options]


def _version() -> str:
    """Return its name and version."""
    said = subprocess.check_output([SCHEMATHESIS, "--version"], text=True).split()
    return f"Schemathesis {said[-1]}"
