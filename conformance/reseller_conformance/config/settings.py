"""The settings of a run, from options, environment and ini, checked once.

Each error message is one line that ends in the offending value. `target_settings` has
the target, and `option_reader` the values of single options.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reseller_conformance.cases.depth import Depth
from reseller_conformance.checks.expected import Expectations
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.config.expected_accounts import ExpectedAccountsError, load_expectations
from reseller_conformance.config.option_reader import OptionReader, SettingsError, Words
from reseller_conformance.config.options import OF_CONNECTION, REMOTE_RATE
from reseller_conformance.config.selection import (
    EVERYTHING,
    Selection,
    SelectionError,
    selection_from,
)
from reseller_conformance.config.target_settings import is_loopback, target_from
from reseller_conformance.contract import Format
from reseller_conformance.findings.baseline import Baseline, BaselineError, load
from reseller_conformance.findings.model import Outcome
from reseller_conformance.reports.registry import Writer, requested_reports
from reseller_conformance.requirements import CATALOGUE, Level
from reseller_conformance.util.defaults import DEFAULT_WRONG_CREDENTIALS

__all__ = ["Settings", "settings_from"]

READ = ("api-key-file", "baseline", "expect", "ca-bundle", "client-cert", "client-key")
"""The options that name a file to read."""

ABOUT_TARGET = ("app", "user", "foreign-user", "api-key-file", *OF_CONNECTION)
"""The options about a target, apart from the base URL."""

VARIABLES = (
    "RESELLER_BASE_URL",
    "RESELLER_USER",
    "RESELLER_FOREIGN_USER",
    "RESELLER_API_USER",
    "RESELLER_API_KEY",
)
"""The environment variables about a target."""

NO_TARGET = (
    "no target: give --base-url URL or --app MODULE:ATTR, or --reference for the embedded "
    "reference; given without a target"
)

MAX_SMOKE_REQUESTS = 12
"""Requests of `--depth smoke`, retries among them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a valid run.

    `target` is None for the embedded reference, and where no target is named. `reference` says
    that the operator chose the reference. `missing_target` is an error message if options about a
    target were given without one; otherwise it is empty.
    """

    target: Target | None
    app: str | None
    limits: Limits
    formats: tuple[Format, ...]
    depth: Depth
    level: Level
    seed: int
    reports: tuple[tuple[Writer, Path], ...]
    baseline: Baseline | None = None
    update_baseline: bool = False
    selection: Selection = EVERYTHING
    reference: bool = False
    app_log: bool = False
    missing_target: str = ""
    keep_going: bool = False
    required_data: tuple[str, ...] = ()
    """The kinds of data that the accounts must show."""
    expected: Expectations | None = None
    """The values that the operator expects, by the name of the customer."""
    max_violations: int = 0
    """After this many violations that count, no more calls are made. 0 means no limit."""
    max_seconds: float | None = None
    record: Path | None = None
    """The file that all traffic is recorded in."""
    failed_before: frozenset[str] = frozenset()
    """Ids of requirements that an earlier run found violated: their calls are sent first."""
    wrong_credentials: int = DEFAULT_WRONG_CREDENTIALS
    """Most calls with wrong credentials in a row, before a control call must get a response."""
    inputs: tuple[str, ...] = ()
    """The files that the run reads. No report may overwrite them."""

    @property
    def unknown_before(self) -> str:
        """A line that names the ids of `failed_before` that this version does not have."""
        unknown = sorted(self.failed_before - {known.id for known in CATALOGUE})
        text = "--rerun names what is no requirement of this version, and goes on without"
        return f"{text}: {', '.join(unknown)}" if unknown else ""

    @property
    def partial(self) -> bool:
        """Whether one format alone is tested."""
        return len(self.formats) < len(Format)


def settings_from(
    words: Words, base_url: str | None = None, env: Mapping[str, str] = os.environ
) -> Settings:
    """Validate the option values, by option name, and return the settings.

    `base_url` is None if the option was not given. Raises SettingsError for the first invalid
    value. A missing target is no error here: the tests of a host may have their own.
    """
    reader = OptionReader(words, env)
    app = _app(reader)
    reference = bool(words.get("reference"))
    given = _given(reader, base_url, env)
    if reference:
        _check_reference(reader, base_url)
    base_url = _base_url(base_url, app, "" if reference else env.get("RESELLER_BASE_URL", ""))
    target = target_from(reader, "http://127.0.0.1" if app else base_url, env, bool(app))
    return Settings(
        target=target,
        app=app,
        app_log=_app_log(reader, app),
        limits=_limits(reader, local=target is None or bool(app) or is_loopback(base_url)),
        formats=reader.value("formats"),
        depth=reader.value("depth"),
        level=reader.value("level"),
        seed=reader.value("seed"),
        reports=requested_reports(reader.text),
        baseline=_baseline(reader),
        update_baseline=bool(reader.words.get("update-baseline")),
        selection=_selection(reader),
        reference=reference,
        missing_target="" if target or reference or not given else f"{NO_TARGET}: {given[0]}",
        required_data=reader.value("require-data") or (),
        expected=_expected(reader, target),
        keep_going=bool(reader.words.get("keep-going")),
        max_violations=1 if reader.words.get("fail-fast") else 0,
        max_seconds=reader.value("max-time"),
        record=Path(record) if (record := reader.text("record")) else None,
        failed_before=_failed_before(reader),
        wrong_credentials=reader.value("wrong-credentials"),
        inputs=tuple(file for name in READ for file in reader.texts(name)),
    )


def _base_url(option: str | None, app: str | None, variable: str) -> str:
    """Return the base URL: that of the option, or without an app that of the environment."""
    if app and option:
        raise SettingsError(f"give a base URL or an app, not both: {option}")
    return option or ("" if app else variable)


def _app(reader: OptionReader) -> str | None:
    """Return the name of the application. `()` at its end marks a factory."""
    app = reader.text("app")
    if not reader.words.get("factory"):
        return app
    if app is None:
        raise SettingsError("--factory needs what makes the app: --app MODULE:ATTR")
    return app if app.endswith("()") else f"{app}()"


def _app_log(reader: OptionReader, app: str | None) -> bool:
    if reader.words.get("app-log") and app is None:
        raise SettingsError("--app-log needs an app that runs here: --app MODULE:ATTR")
    return bool(reader.words.get("app-log"))


def _baseline(reader: OptionReader) -> Baseline | None:
    file = reader.text("baseline")
    update = bool(reader.words.get("update-baseline"))
    if file is None:
        if update:
            raise SettingsError("--update-baseline needs the file: --baseline FILE")
        return None
    try:
        return load(Path(file), update=update)
    except BaselineError as error:
        raise SettingsError(str(error)) from None


def _expected(reader: OptionReader, target: Target | None) -> Expectations | None:
    file = reader.text("expect")
    if file is None:
        return None
    try:
        expected = load_expectations(Path(file))
    except ExpectedAccountsError as error:
        raise SettingsError(str(error)) from None
    if target is not None and not expected.keys() & set(target.customers):
        raise SettingsError(f"--expect names none of the customers of this run: {file}", "expect")
    return expected


def _failed_before(reader: OptionReader) -> frozenset[str]:
    """Return the ids that failed in the report of an earlier run."""
    file = reader.text("rerun")
    if file is None:
        return frozenset()
    # imported here, so that a host that does not use it need not load the schemas
    from reseller_conformance.findings import compare

    try:
        report = compare.read(Path(file))
    except compare.ReportFileError as error:
        raise SettingsError(f"--rerun: {error}", "rerun") from None
    return frozenset(
        one["id"] for one in report["requirements"] if one["outcome"] == Outcome.FAILED
    )


def _selection(reader: OptionReader) -> Selection:
    try:
        return selection_from(reader.texts("only"), reader.texts("skip"))
    except SelectionError as error:
        raise SettingsError(str(error)) from None


def _given(reader: OptionReader, base_url: str | None, env: Mapping[str, str]) -> list[str]:
    """Return the names of all options and variables given about a target, empty ones too.

    A CI that has lost one variable still has the others: then no run may pass without a target.
    """
    options = [name for name in ABOUT_TARGET if reader.words.get(name) is not None]
    given = ["--base-url"] * (base_url is not None)
    given += [f"--{name}" for name in options if reader.words[name] not in ((), [], False)]
    return given + [name for name in VARIABLES if name in env]


def _check_reference(reader: OptionReader, base_url: str | None) -> None:
    """Refuse options about another target beside --reference. Variables may remain set."""
    for name, value in {"base-url": base_url, **reader.words}.items():
        if value and name in ("base-url", *ABOUT_TARGET):
            raise SettingsError(f"--reference tests the embedded reference alone; drop --{name}")


def _limits(reader: OptionReader, local: bool) -> Limits:
    is_smoke = reader.value("depth") is Depth.SMOKE
    return Limits(
        rate=reader.value("rate", default="" if local else REMOTE_RATE),
        concurrency=reader.value("concurrency"),
        timeout=reader.value("timeout"),
        retries=reader.value("retries"),
        max_requests=reader.value("max-requests"),
        max_smoke_requests=MAX_SMOKE_REQUESTS if is_smoke else None,
    )
