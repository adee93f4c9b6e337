"""An ordinary word as the key changes nothing of what a run comes to.

Some keys are tried each time; all of them, in `run` and in pytest, with the matrix.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ordinary_keys import ISSUED, ORDINARY, WRONG_DATE

SCRIPT = Path(__file__).with_name("ordinary_keys.py")
CHUNK = 12
CHUNKS = [ORDINARY[at : at + CHUNK] for at in range(0, len(ORDINARY), CHUNK)]


def test_there_are_enough_of_them():
    assert len(ORDINARY) >= 300
    assert {"passed", "not-tested", "due.task-empty", "reputation"} < set(ORDINARY)


@pytest.mark.parametrize("key", ISSUED[:3])
def test_a_key_that_once_made_a_run_crash(tmp_path, key):
    judged(tmp_path, [key], "--all", runs=4)


@pytest.mark.matrix
@pytest.mark.parametrize("keys", CHUNKS, ids=lambda keys: keys[0])
def test_ordinary_keys(tmp_path, keys):
    judged(tmp_path, keys, runs=2 * len(keys))


def judged(folder: Path, keys: list[str], *options: str, runs: int) -> None:
    """Run with each of these keys, and see that each run comes to what it should.

    The folder has no settings of pytest: those of this repository are not meant.
    """
    words = [sys.executable, str(SCRIPT), *options]
    said = "\n".join(keys)
    done = subprocess.run(
        words, input=said, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == runs
    for one in told:
        about = one["key"], one["command"]
        assert "error" not in one["outcomes"], about
        if one["right"]:
            assert (one["code"], one["verdict"], one["failed"]) == (0, "conformant", []), about
            assert set(one["outcomes"]) <= {"passed", "not-applicable"}, about
        else:
            assert (one["code"], one["verdict"]) == (1, "violated"), about
            assert one["failed"], about
            assert all("success.dates" in said and WRONG_DATE in said for said in one["failed"])
