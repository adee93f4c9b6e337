"""The command line: each command, and what a run of pytest needs around it."""

from reseller_conformance.cli.commands import main

__all__ = ["main"]
