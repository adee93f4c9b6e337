"""Shows how the first thread of a standard run spends its time: waiting or working.

py-spy samples the run from outside, so that it slows the run little.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import COMMAND, environment, named, served

RATE = 100
FIRST = "MainThread"

# The first of these that a stack contains names its part.
PARTS = {
    "drawing examples, Hypothesis": "drawn_cases ",
    "calls one by one, with nothing else in flight": "_send_in_turn ",
    "control calls, to notice a lock or a ban": "settle ",
    "the documented calls": "initial_calls ",
    "the second opinion of the schemas": "validate ",
    "the planned calls, many at a time": "_send_pipeline ",
    "a few calls for one requirement": "/client/client.py)",
    "judging": "pytest_runtestloop ",
}
REST = "start-up, collection, the report and the end"


def samples(delay: float) -> Iterator[tuple[str, int]]:
    """Run at standard depth. Yield each stack of the first thread, and its number of samples."""
    with tempfile.TemporaryDirectory() as folder, served(delay) as base_url:
        raw = Path(folder, "stacks")
        spy = Path(sys.executable).with_name("py-spy")
        options = [f"--rate={RATE}", "--idle", "--threads", "--format=raw", f"--output={raw}"]
        run = [*COMMAND, "run", *named(), f"--base-url={base_url}"]
        words = [str(spy), "record", *options, "--", *run]
        subprocess.run(words, env=environment(), check=True, capture_output=True)
        for line in raw.read_text().splitlines():
            stack, count = line.rsplit(" ", 1)
            if FIRST in stack.split(";")[0]:
                yield stack, int(count)


def parts(delay: float) -> Counter[str]:
    """Return the number of samples of each part."""
    found: Counter[str] = Counter()
    for stack, count in samples(delay):
        within = re.sub(r":\d+\)", ")", stack)
        part = next((part for part, words in PARTS.items() if words in within), REST)
        found[part] += count
    return found


def main() -> None:
    """Print the table, for immediate responses and for responses that are 50 ms late."""
    quick, late = parts(0), parts(50)
    print("| part | immediate, s | 50 ms late, s |", "|---|---:|---:|", sep="\n")
    for part in (*PARTS, REST):
        if quick[part] or late[part]:
            print(f"| {part} | {quick[part] / RATE:.2f} | {late[part] / RATE:.2f} |")
    print(f"| all | {quick.total() / RATE:.2f} | {late.total() / RATE:.2f} |")


if __name__ == "__main__":
    main()
