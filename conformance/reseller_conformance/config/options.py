"""The options of a run: one list, from which `run`, pytest and the ini file take theirs.

What the words mean is checked in `settings`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reseller_conformance.reports.registry import WRITERS

__all__ = ["DEFAULT_SEED", "MORE", "OPTIONS", "REPORTS", "Option", "dest", "in_pytest"]

REPORTS = "Reports"
MORE = "More options"

DEFAULT_SEED = 20100830
"""The same run twice asks the same: the first day of the page's own billing cycle."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name in `run`, its environment variable, what it means.

    In pytest it is `--reseller-NAME`, and in ini files `reseller_NAME`; `many` says that it may
    be repeated, `flag` that it takes no value. `metavar`, `help` and, in `run --help`, `heading`
    are shown to the operator.
    """

    name: str
    help: str
    metavar: str = ""
    env: str = ""
    many: bool = False
    flag: bool = False
    heading: str = "Options"


OPTIONS = (
    Option("app", "WSGI or ASGI app, served on loopback for the run", "MODULE:ATTR"),
    Option("reference", "test the embedded reference implementation", flag=True),
    Option(
        "user",
        "registered customer; two that differ make more testable",
        "NAME",
        "RESELLER_USER",
        many=True,
    ),
    Option("foreign-user", "customer of another reseller", "NAME", "RESELLER_FOREIGN_USER"),
    Option("api-key-file", "file that holds the api_key (or set RESELLER_API_KEY)", "FILE"),
    Option("formats", "formats to test (json,xml)", "LIST"),
    Option("depth", "how much is asked: quick, standard, thorough (standard)", "DEPTH"),
    Option("only", "test only these requirements", "ID|TOPIC", many=True),
    Option("skip", "leave these requirements out", "ID|TOPIC", many=True),
    Option("level", "what fails the run: must, should (must)", "LEVEL"),
    Option("baseline", "known violations, as TOML", "FILE"),
    Option("update-baseline", "bring that file up to date with this run", flag=True),
    *(Option(writer.option, writer.help, "FILE", heading=REPORTS) for writer in WRITERS),
    Option("rate", "most calls, as N/s or N/m (10/s, none on loopback)", "RATE", heading=MORE),
    Option("concurrency", "most calls in flight (8)", "N", heading=MORE),
    Option("timeout", "seconds for a whole answer (10)", "S", heading=MORE),
    Option("retries", "tries after 429, 502-504 and lost connections (2)", "N", heading=MORE),
    Option("max-requests", "most calls in all (no limit)", "N", heading=MORE),
    Option(
        "keep-going",
        "call on although the documented call brings no overview",
        flag=True,
        heading=MORE,
    ),
    Option("seed", f"what Hypothesis starts from ({DEFAULT_SEED})", "N", heading=MORE),
    Option(
        "factory", "--app names what makes the app, as MODULE:ATTR() does", flag=True, heading=MORE
    ),
    Option(
        "app-log", "keep what the app prints and logs with each finding", flag=True, heading=MORE
    ),
    Option("ca-bundle", "certificates to trust", "FILE", heading=MORE),
    Option("client-cert", "certificate to show, as PEM", "FILE", heading=MORE),
    Option("client-key", "its key, where the certificate's file has none", "FILE", heading=MORE),
    Option(
        "proxy", "HTTP proxy for all calls; no other is used", "URL", "RESELLER_PROXY", heading=MORE
    ),
    Option("insecure", "do not check certificates", flag=True, heading=MORE),
    Option("header", "sent with each call", "'K: V'", many=True, heading=MORE),
)
"""The options of a run, apart from `--base-url`, which pytest-base-url owns."""


def dest(name: str) -> str:
    """Return the name of an option in pytest's configuration and in ini files."""
    return "reseller_" + name.replace("-", "_")


def in_pytest(said: str) -> str:
    """Return a sentence in which each option has the name that it has in pytest."""
    names = "|".join(option.name for option in OPTIONS)
    return re.sub(rf"(?<![\w-])--(?=({names})(?![\w-]))", "--reseller-", said)
