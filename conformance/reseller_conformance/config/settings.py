"""The settings of a run, from options, environment and ini alike, checked once.

Each error message is one line that ends in the offending value. `plugin` has pytest's options and
ini, and `cli` passes its own options on to pytest.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reseller_conformance.cases.plan import Depth
from reseller_conformance.checks.expected import Expectations
from reseller_conformance.client.target import Limits, Target
from reseller_conformance.config.expected_accounts import (
    ExpectedAccountsError,
    load_expectations,
)
from reseller_conformance.config.options import REMOTE_RATE, option_of
from reseller_conformance.config.selection import (
    EVERYTHING,
    Selection,
    SelectionError,
    selection_from,
)
from reseller_conformance.config.values import without_userinfo
from reseller_conformance.contract import Format
from reseller_conformance.findings.baseline import Baseline, BaselineError, load
from reseller_conformance.findings.model import Outcome
from reseller_conformance.redaction.secret import Scrubber, Secret
from reseller_conformance.reports.registry import Writer, requested_reports
from reseller_conformance.requirements import Level
from reseller_conformance.util.defaults import DEFAULT_WRONG_CREDENTIALS
from reseller_conformance.util.text import BYTE_ORDER_MARK

__all__ = ["Settings", "SettingsError", "settings_from"]

READ = ("api-key-file", "baseline", "expect", "ca-bundle", "client-cert", "client-key")
"""The options that name a file to be read."""

ABOUT_TARGET = ("app", "user", "foreign-user", "api-key-file")
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


class SettingsError(ValueError):
    """The operator's words do not make a run; the message says what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A run that makes sense.

    `target` is None for the embedded reference, and where no target is named. `reference` says
    that the operator chose the reference. `missing_target` says what was given although no
    target is named, in one line; it is empty where nothing was given.
    """

    target: Target | None
    app: str | None
    limits: Limits
    formats: tuple[Format, ...]
    depth: Depth
    level: Level
    seed: int
    seed_given: bool
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
    """Number of violations that count after which no more calls are made. 0: all are made."""
    max_seconds: float | None = None
    record: Path | None = None
    """The file that all traffic is recorded in."""
    failed_before: frozenset[str] = frozenset()
    """Ids of requirements that an earlier run found violated: their calls are sent first."""
    wrong_credentials: int = DEFAULT_WRONG_CREDENTIALS
    """After so many calls with wrong credentials in a row a control call must be answered."""
    inputs: tuple[str, ...] = ()
    """The files that are read: no report may overwrite them."""

    @property
    def partial(self) -> bool:
        """Whether one format alone is tested."""
        return len(self.formats) < len(Format)


Words = Mapping[str, object]


def settings_from(
    words: Words, base_url: str | None = None, env: Mapping[str, str] = os.environ
) -> Settings:
    """Check the operator's words, by option name, and return the run that they make.

    `base_url` is None where the option was not given. Raises SettingsError where the words make no
    run. A target that is missing is no error yet: tests of a host may bring their own.
    """
    reader = _Reader(words, env)
    app = _app(reader)
    reference = bool(words.get("reference"))
    given = _given(reader, base_url, env)
    if reference:
        _check_reference(reader, base_url)
    base_url = base_url or ("" if app or reference else env.get("RESELLER_BASE_URL", ""))
    if app and base_url:
        raise SettingsError(f"give a base URL or an app, not both: {base_url}")
    target = _target(reader, "http://127.0.0.1" if app else base_url, env, bool(app))
    return Settings(
        target=target,
        app=app,
        app_log=_app_log(reader, app),
        limits=_limits(reader, local=target is None or bool(app) or _is_loopback(base_url)),
        formats=reader.value("formats"),
        depth=reader.value("depth"),
        level=reader.value("level"),
        seed=reader.value("seed"),
        seed_given=reader.text("seed") is not None,
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


def _app(reader: _Reader) -> str | None:
    """Return the name of the application; one that ends in `()` names what makes it."""
    app = reader.text("app")
    if not reader.words.get("factory"):
        return app
    if app is None:
        raise SettingsError("--factory needs what makes the app: --app MODULE:ATTR")
    return app if app.endswith("()") else f"{app}()"


def _app_log(reader: _Reader, app: str | None) -> bool:
    if reader.words.get("app-log") and app is None:
        raise SettingsError("--app-log needs an app that runs here: --app MODULE:ATTR")
    return bool(reader.words.get("app-log"))


def _baseline(reader: _Reader) -> Baseline | None:
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


def _expected(reader: _Reader, target: Target | None) -> Expectations | None:
    file = reader.text("expect")
    if file is None:
        return None
    try:
        expected = load_expectations(Path(file))
    except ExpectedAccountsError as error:
        raise SettingsError(str(error)) from None
    if target is not None and not expected.keys() & set(target.customers):
        raise SettingsError(f"--expect names none of the customers of this run: {file}")
    return expected


def _failed_before(reader: _Reader) -> frozenset[str]:
    """Return the ids that failed in the report of an earlier run."""
    file = reader.text("rerun")
    if file is None:
        return frozenset()
    # the plugin of a host that never uses it need not import the schemas
    from reseller_conformance.findings import compare

    try:
        report = compare.read(Path(file))
    except compare.ReportFileError as error:
        raise SettingsError(f"--rerun: {error}") from None
    return frozenset(
        one["id"] for one in report["requirements"] if one["outcome"] == Outcome.FAILED
    )


def _selection(reader: _Reader) -> Selection:
    try:
        return selection_from(reader.texts("only"), reader.texts("skip"))
    except SelectionError as error:
        raise SettingsError(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words as values of their kinds; an option wins over its environment variable."""

    words: Words
    env: Mapping[str, str]

    def texts(self, name: str) -> tuple[str, ...]:
        given = self.words.get(name)
        if not given:
            option = option_of(name)
            said = self.env.get(option.env, "") if option.env else ""
            given = said.splitlines() if option.many else said
        values = given if isinstance(given, (list, tuple)) else [given]
        texts = tuple(str(value) for value in values if value not in (None, ""))
        for text in texts:
            _see_text(f"--{name}", text)
        return texts

    def text(self, name: str) -> str | None:
        return next(iter(self.texts(name)), None)

    def value(self, name: str, default: str = "") -> Any:
        """Return the value of an option; None if it is absent and has no default."""
        option = option_of(name)
        given = self.text(name) or default or option.default
        if not given:
            return None
        try:
            return option.parse(given)
        except ValueError as expected:
            raise SettingsError(f"--{name} is {expected}, not: {given}") from None


def _see_text(name: str, text: str) -> None:
    """Refuse what the system handed on as bytes: it can be neither sent nor shown."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name} is not UTF-8 text") from None


def _given(reader: _Reader, base_url: str | None, env: Mapping[str, str]) -> list[str]:
    """Return the names of all options and variables given about a target, empty ones too.

    A CI that lost a variable still has the others. Without the target nothing may pass.
    """
    options = [name for name in ABOUT_TARGET if reader.words.get(name) is not None]
    given = ["--base-url"] * (base_url is not None)
    given += [f"--{name}" for name in options if reader.words[name] not in ((), [])]
    return given + [name for name in VARIABLES if name in env]


def _check_reference(reader: _Reader, base_url: str | None) -> None:
    """Refuse options about another target beside --reference. The environment may stay set."""
    for name, value in {"base-url": base_url, **reader.words}.items():
        if value and name in ("base-url", *ABOUT_TARGET):
            raise SettingsError(f"--reference tests the embedded reference alone; drop --{name}")


def _target(reader: _Reader, base_url: str, env: Mapping[str, str], app: bool) -> Target | None:
    if not base_url:
        return None
    api_user, key = _credential(env, "RESELLER_API_USER"), _key(reader, env)
    scrub = Scrubber([key]).text
    base_url = base_url if app else _checked_url(base_url, scrub)
    customers = _customers(reader)
    foreign = reader.text("foreign-user")
    if foreign in customers:
        raise SettingsError(f"--foreign-user is also named as --user: {foreign}")
    for name, value in (("RESELLER_API_USER", api_user), ("RESELLER_API_KEY", key)):
        if not value:
            raise SettingsError(f"a live target needs credentials: set the environment's {name}")
        _see_text(name, value)
    if not customers:
        raise SettingsError("name a customer who is registered under the account: --user NAME")
    return Target(
        base_url=base_url,
        api_user=api_user,
        api_key=Secret(key),
        customers=customers,
        foreign=foreign,
        kind="app" if app else "live",
        headers=tuple(_header(text) for text in reader.texts("header")),
        verify=_verify(reader),
        client_cert=_client_cert(reader),
        proxy=_proxy(reader),
    )


def _customers(reader: _Reader) -> tuple[str, ...]:
    """Return the customers. A variable that lists several in one line would name none of them."""
    customers = tuple(dict.fromkeys(reader.texts("user")))
    if not reader.words.get("user") and len(customers) == 1 and "," in customers[0]:
        raise SettingsError(
            f"RESELLER_USER holds one name a line; a name with a comma needs --user: {customers[0]}"
        )
    return customers


def _credential(env: Mapping[str, str], name: str) -> str:
    """Return a credential of the environment. Line ends come from a file, and are no part of it."""
    value = env.get(name, "")
    if value != value.strip(f"\r\n{BYTE_ORDER_MARK}"):
        raise SettingsError(f"a line end or byte order mark surrounds the value; remove it: {name}")
    return value


def _checked_url(text: str, scrub: Callable[[str], str]) -> str:
    """Return the base URL. A message shows no part of it that may hold a password or the key."""
    try:
        parts = urlsplit(text)
        fine = (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\\^`{|}]", text)
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts, fine = urlsplit(""), False
    shown = scrub(without_userinfo(text))
    if parts.scheme not in ("http", "https") or not parts.hostname or not fine:
        raise SettingsError(
            f"--base-url is http://HOST or https://HOST, with a path or not: {shown}"
        )
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"--base-url holds no user and password; use --header: {shown}")
    if re.search(r"[?#]", text):
        raise SettingsError(f"--base-url ends before any ? or #: {shown}")
    return text.rstrip("/")


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _key(reader: _Reader, env: Mapping[str, str]) -> str:
    file = reader.text("api-key-file")
    if file is None:
        return _credential(env, "RESELLER_API_KEY")
    try:
        key = Path(file).read_text(encoding="utf-8-sig").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"--api-key-file cannot be read ({why}): {file}") from None
    if len(key.splitlines()) > 1:
        raise SettingsError(f"--api-key-file holds one line, the key, not several: {file}")
    return key


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
        raise SettingsError(f"--header is 'Name: value', not: {name}")
    value = value.strip()
    if not re.fullmatch(r"[\t\x20-\x7e\xa0-\xff]*", value):
        raise SettingsError(f"--header holds a character that no header can: {name}")
    return name.strip(), value


def _verify(reader: _Reader) -> bool | str:
    bundle = reader.text("ca-bundle")
    if reader.words.get("insecure"):
        if bundle:
            raise SettingsError(f"give --insecure or --ca-bundle, not both: {bundle}")
        return False
    if bundle and not Path(bundle).is_file():
        raise SettingsError(f"--ca-bundle is no file: {bundle}")
    return bundle or True


def _client_cert(reader: _Reader) -> tuple[str, str] | str | None:
    """Return the certificate, with its key's file where there is one. Both must load."""
    cert, key = reader.text("client-cert"), reader.text("client-key")
    if cert is None:
        if key is not None:
            raise SettingsError(f"--client-key needs its certificate, --client-cert: {key}")
        return None
    for name, path in (("client-cert", cert), ("client-key", key)):
        if path is not None and not Path(path).is_file():
            raise SettingsError(f"--{name} is no file: {path}")
    try:
        # for a key with a password, the terminal would prompt
        ssl.create_default_context().load_cert_chain(cert, key, password=lambda: "")
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'reason', None) or error}".lower().replace("_", " ")
        raise SettingsError(f"--client-cert cannot be used ({why}): {key or cert}") from None
    return (cert, key) if key else cert


def _proxy(reader: _Reader) -> str | None:
    text = reader.text("proxy")
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        fine = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        fine = fine and parts.path in ("", "/") and not parts.query and not parts.fragment
    except ValueError:
        parts, fine = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not fine or re.search(r"\s", text):
        raise SettingsError(f"--proxy is http://HOST:PORT: {without_userinfo(text)}")
    return text.rstrip("/")


def _limits(reader: _Reader, local: bool) -> Limits:
    most = [MAX_SMOKE_REQUESTS] if reader.value("depth") is Depth.SMOKE else []
    if given := reader.value("max-requests"):
        most.append(given)
    return Limits(
        rate=reader.value("rate", default="" if local else REMOTE_RATE),
        concurrency=reader.value("concurrency"),
        timeout=reader.value("timeout"),
        retries=reader.value("retries"),
        max_requests=min(most, default=None),
    )
