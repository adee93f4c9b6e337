"""Compares with the usual alternative: Schemathesis, with the OpenAPI document of this call."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.measuring import COMMAND, ROOT, THEIRS, environment, named, once, recorded, served

SCHEMATHESIS = THEIRS / "schemathesis"

HEAD = [
    "| delay | tool | calls | s until the verdict | calls a second | s, scaled | ratio |",
    "|---:|---|---:|---:|---:|---:|---:|",
]


def table(examples: int) -> list[str]:
    """Run both against one server each, with no delay and with 50 ms for each response."""
    return [*HEAD, *_rows(0, examples), *_rows(50, examples)]


def _rows(delay: float, examples: int) -> list[str]:
    ours, our_calls = _measured(delay, lambda url: [*COMMAND, "run", *named(), f"--base-url={url}"])
    theirs, calls = _measured(delay, lambda url: _schemathesis(url, examples))
    alike = theirs * our_calls / calls
    return [
        f"| {delay:g} ms | reseller-conformance | {our_calls:,} | {ours:.1f} "
        f"| {our_calls / ours:,.0f} | {ours:.1f} | |",
        f"| | {_version()} | {calls:,} | {theirs:.1f} "
        f"| {calls / theirs:,.0f} | {alike:.1f} | **{alike / ours:.1f} ×** |",
    ]


def _measured(delay, words) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "calls")
        with served(delay, record=record) as base_url:
            cost = once(words(base_url))
        return cost.seconds, len(recorded(record))


def _schemathesis(base_url: str, examples: int) -> list[str]:
    """Return its command: valid credentials, and the given number of examples for each call."""
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
    return [*words, f"--url={base_url}", f"--max-examples={examples}", "--continue-on-failure"]


def _version() -> str:
    """Return its name and version."""
    said = subprocess.check_output([SCHEMATHESIS, "--version"], text=True).split()
    return f"Schemathesis {said[-1]}"
