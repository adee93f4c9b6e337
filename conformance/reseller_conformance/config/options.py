"""The options of a run: one list for `run`, pytest and the ini file.

Each option has its default and its parser here. `settings` checks them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from reseller_conformance.config.values import data_kinds, duration, formats, number, one_of, rate
from reseller_conformance.contract import Format
from reseller_conformance.reports.registry import WRITERS
from reseller_conformance.requirements import Level
from reseller_conformance.util.defaults import (
    DEFAULT_CONCURRENCY,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT_SECONDS,
    DEFAULT_WRONG_CREDENTIALS,
)

__all__ = [
    "DEFAULT_SEED",
    "MORE",
    "NOT_COMPARED",
    "OF_CONNECTION",
    "OPTIONS",
    "REMOTE_RATE",
    "REPORTS",
    "Option",
    "dest",
    "in_pytest",
    "option_of",
]

REPORTS = "Reports"
MORE = "More options"

DEFAULT_SEED = 20100830
"""A fixed seed, so that equal runs send equal calls. It is the first date in the API docs."""

REMOTE_RATE = "10/s"
"""The default rate except on loopback: public documentation names 600 calls a minute."""

MAX_CONCURRENCY = 1_000
MAX_TIMEOUT_SECONDS = 86_400.0
MAX_RETRIES = 100


def _depth(text: str) -> Any:
    # imported here, so that a host that does not use the plugin need not load the plan
    from reseller_conformance.cases.depth import Depth

    return one_of(Depth)(text)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name in `run`, its environment variable, what it means.

    In pytest it is `--reseller-NAME`, and in ini files `reseller_NAME`; `many` says that it may
    be repeated, `flag` that it takes no value. `metavar`, `help` and, in `run --help`, `heading`
    are shown to the operator. `default` is the value of an absent option; empty means none.
    `parse` returns the value of a text, and raises ValueError with what is expected.
    """

    name: str
    meaning: str
    metavar: str = ""
    env: str = ""
    many: bool = False
    flag: bool = False
    heading: str = "Options"
    default: str = ""
    parse: Callable[[str], Any] = str

    @property
    def help(self) -> str:
        """The meaning with the default: `calls in flight, at most (8)`."""
        return f"{self.meaning} ({self.default})" if self.default else self.meaning


_more = partial(Option, heading=MORE)

OPTIONS = (
    Option("app", "WSGI or ASGI app, served on loopback for the run", "MODULE:ATTR"),
    Option("reference", "test the embedded reference implementation", flag=True),
    Option(
        "user",
        "registered customer; two that differ allow more tests",
        "NAME",
        "RESELLER_USER",
        many=True,
    ),
    Option("foreign-user", "customer of another reseller", "NAME", "RESELLER_FOREIGN_USER"),
    Option("api-key-file", "file that holds the api_key (or set RESELLER_API_KEY)", "FILE"),
    Option("formats", "formats to test", "LIST", default=",".join(Format), parse=formats),
    Option(
        "depth",
        "how much is sent: smoke, quick, standard, thorough",
        "DEPTH",
        default="standard",
        parse=_depth,
    ),
    Option("only", "test only these requirements", "ID|TOPIC", many=True),
    Option("skip", "leave these requirements out", "ID|TOPIC", many=True),
    Option(
        "level",
        "lowest level that fails the run: must, should",
        "LEVEL",
        default="must",
        parse=one_of((Level.MUST, Level.SHOULD)),
    ),
    Option("baseline", "known violations, as TOML", "FILE"),
    Option("update-baseline", "bring the baseline up to date with this run", flag=True),
    *(Option(writer.option, writer.help, "FILE", heading=REPORTS) for writer in WRITERS),
    Option("record", "write all calls and responses as HAR", "FILE", heading=REPORTS),
    _more(
        "rate",
        f"most calls, as N/s or N/m ({REMOTE_RATE}; no limit on loopback)",
        "RATE",
        parse=rate,
    ),
    _more(
        "concurrency",
        "most calls in flight",
        "N",
        default=f"{DEFAULT_CONCURRENCY}",
        parse=number(int, 1, MAX_CONCURRENCY),
    ),
    _more(
        "timeout",
        "seconds for a whole response",
        "S",
        default=f"{DEFAULT_TIMEOUT_SECONDS:g}",
        parse=number(float, 0.001, MAX_TIMEOUT_SECONDS, "seconds"),
    ),
    _more(
        "retries",
        "tries after 502-504 and lost connections; twice as many after 429",
        "N",
        default=f"{DEFAULT_RETRIES}",
        parse=number(int, 0, MAX_RETRIES),
    ),
    _more("max-requests", "most calls in all (no limit)", "N", parse=number(int, 1)),
    _more(
        "wrong-credentials",
        "most calls with invalid credentials before a control call; 0: none",
        "N",
        default=f"{DEFAULT_WRONG_CREDENTIALS}",
        parse=number(int, 0),
    ),
    _more("expect", "expected values of the customers' accounts, as JSON", "FILE"),
    _more(
        "require-data",
        "kinds of data that the accounts must show",
        "KIND,...",
        parse=data_kinds,
    ),
    _more("keep-going", "continue if the documented call brings no overview", flag=True),
    _more("seed", "seed of the random cases", "N", default=f"{DEFAULT_SEED}", parse=number(int, 0)),
    _more("fail-fast", "stop at the first violation that counts", flag=True),
    _more(
        "max-time",
        "send no more calls after this time: 5m, 90 or 90s, 1h (no limit)",
        "TIME",
        parse=duration,
    ),
    _more("rerun", "JSON report of an earlier run: send first what failed in it", "FILE"),
    _more("factory", "--app names a function that makes the app", flag=True),
    _more("app-log", "show in findings what the app prints and logs", flag=True),
    _more("ca-bundle", "certificates to trust", "FILE"),
    _more("client-cert", "client certificate, as PEM", "FILE"),
    _more("client-key", "key of --client-cert, if that file has none", "FILE"),
    _more("proxy", "HTTP proxy for all calls; no other is used", "URL", "RESELLER_PROXY"),
    _more("insecure", "do not check certificates", flag=True),
    _more("header", "header of each call", "'K: V'", many=True),
)
"""The options of a run, apart from `--base-url`, which pytest-base-url owns."""

OF_CONNECTION = ("header", "ca-bundle", "client-cert", "client-key", "proxy", "insecure")
"""The options about the connection to a target. Without a target they have no effect."""


NOT_COMPARED = frozenset(
    (
        *("app", "reference", "only", "skip", "level", "baseline", "update-baseline"),
        *("report-code-quality", "record", "expect", "require-data", "keep-going", "rerun"),
        "app-log",
    )
)
"""The options of a run that `compare` does not have, or not with that meaning."""

_BY_NAME = {option.name: option for option in OPTIONS}


def option_of(name: str) -> Option:
    """Return the option of this name. Raises KeyError if there is none."""
    return _BY_NAME[name]


def dest(name: str) -> str:
    """Return the name of an option in pytest's configuration and in ini files."""
    return "reseller_" + name.replace("-", "_")


def in_pytest(text: str) -> str:
    """Return a sentence with pytest's names of the options."""
    names = "|".join(option.name for option in OPTIONS)
    return re.sub(rf"(?<![\w-])--(?=({names})(?![\w-]))", "--reseller-", text)
