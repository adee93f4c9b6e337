"""One run against one server, in a process of its own: how it ends, and its cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.registry import ACCOUNTS

from .registry import Hostile

__all__ = ["Measured", "environment", "measure"]

# The kernel starts the peak of a child at the peak of its parent: a small process starts it.
SMALL = """
import json, os, subprocess, sys, time
began = time.monotonic()
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
told = [os.waitstatus_to_exitcode(status), time.monotonic() - began, usage.ru_maxrss]
open(sys.argv[1], "w").write(json.dumps(told))
"""
COMMAND = "import sys; from reseller_conformance.cli.commands import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Measured:
    """How a run ended; `megabytes` is the peak memory of its process."""

    exit_code: int
    seconds: float
    megabytes: float
    report: Mapping[str, Any]
    screen: str

    @property
    def failed(self) -> list[Mapping[str, Any]]:
        """The requirements that failed, in the order of the report."""
        entries = [e for e in self.report["requirements"] if e["outcome"] == "failed"]
        return sorted(entries, key=lambda entry: entry["level"])

    @property
    def untested(self) -> list[Mapping[str, Any]]:
        """The requirements that were not tested."""
        return [e for e in self.report["requirements"] if e["outcome"] == "not-tested"]

    @property
    def said(self) -> str:
        """The first lines that a person reads."""
        if self.failed:
            first = self.failed[0]
            return f"{first['id']}: {first['reason']}"
        return self.untested[0]["reason"] if self.untested else self.report["verdict"]


def environment() -> dict[str, str]:
    """Return the environment of a run as the reference's first reseller."""
    reseller = ACCOUNTS.resellers[0]
    caches = str(Path(tempfile.gettempdir()) / "reseller-conformance-tests")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("RESELLER_")},
        "XDG_CACHE_HOME": caches,
        "RESELLER_API_USER": reseller.api_user,
        "RESELLER_API_KEY": reseller.api_key,
    }


def measure(server: Hostile, depth: str, timeout: float, limit: float = 600) -> Measured:
    """Run the suite against this server. A run that takes longer than `limit` is an error."""
    users = [f"--user={customer.user}" for customer in ACCOUNTS.resellers[0].customers]
    foreign = f"--foreign-user={ACCOUNTS.resellers[1].customers[0].user}"
    with tempfile.TemporaryDirectory() as folder, server.serve() as url:
        options = [f"--base-url={url}", f"--depth={depth}", f"--timeout={timeout}"]
        command = [sys.executable, "-c", COMMAND, "run", *options, *users, foreign]
        done = subprocess.run(
            [sys.executable, "-c", SMALL, "told", *command, "--report-json=report.json"],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=limit,
            check=True,
        )
        exit_code, seconds, kilobytes = json.loads((Path(folder) / "told").read_text())
        report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    return Measured(exit_code, seconds, kilobytes / 1024, report, done.stdout)
