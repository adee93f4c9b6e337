"""What the operator asked for, from options, environment and ini alike, checked once.

Every mistake is told in one line that ends in the offending value. Where the words come from is
left to `plugin` (pytest's options and ini) and `cli` (which hands them on to pytest).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from reseller_conformance.baseline import Baseline, BaselineError, load
from reseller_conformance.contract import Format
from reseller_conformance.options import DEFAULT_SEED, OPTIONS
from reseller_conformance.plan import Depth
from reseller_conformance.reports.writers import Writer, wanted
from reseller_conformance.requirements import Level
from reseller_conformance.secret import Secret
from reseller_conformance.selection import EVERYTHING, Selection, SelectionError, selection_from
from reseller_conformance.target import Limits, Target

__all__ = ["Settings", "SettingsError", "settings_from"]

GATEWAY_RATE = 10.0
"""Calls a second where nothing else is said: public documentation names 600 a minute."""


READ = ("api-key-file", "baseline", "ca-bundle")
"""The options that name a file to be read."""

MOST_IN_FLIGHT = 1_000
A_DAY = 86_400.0
RATES = (1 / 3_600, 100_000.0)
"""Calls a second, at the least and at the most: what a limiter can count."""


class SettingsError(ValueError):
    """The operator's words do not make a run; the message says what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A run that makes sense. `target` is None for the embedded reference."""

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
    inputs: tuple[str, ...] = ()
    """The files that are read: no report may overwrite them."""

    @property
    def partial(self) -> bool:
        """Whether one format alone is tested."""
        return len(self.formats) < len(Format)


Words = Mapping[str, object]


def settings_from(
    words: Words, base_url: str = "", env: Mapping[str, str] = os.environ
) -> Settings:
    """Check the operator's words, by option name, and return the run that they make.

    Raises SettingsError where they make none.
    """
    reader = _Reader(words, env)
    app = reader.text("app")
    base_url = base_url or ("" if app else env.get("RESELLER_BASE_URL", ""))
    if app and base_url:
        raise SettingsError(f"give a base URL or an app, not both: {base_url}")
    target = _target(reader, "http://127.0.0.1" if app else base_url, env, bool(app))
    seed = reader.text("seed")
    return Settings(
        target=target,
        app=app,
        limits=_limits(reader, local=target is None or bool(app) or _is_loopback(base_url)),
        formats=_formats(reader.text("formats")),
        depth=reader.choice("depth", Depth, Depth.STANDARD),
        level=_level(reader.choice("level", Level, Level.MUST)),
        seed=reader.number("seed", int, 0, DEFAULT_SEED),
        seed_given=seed is not None,
        reports=wanted(reader.text),
        baseline=_baseline(reader),
        update_baseline=bool(reader.words.get("update-baseline")),
        selection=_selection(reader),
        inputs=tuple(file for name in READ for file in reader.texts(name)),
    )


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


def _selection(reader: _Reader) -> Selection:
    try:
        return selection_from(reader.texts("only"), reader.texts("skip"))
    except SelectionError as error:
        raise SettingsError(str(error)) from None


T = TypeVar("T", bound=StrEnum)
N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words as values of their kinds; an option wins over its environment variable."""

    words: Words
    env: Mapping[str, str]

    def texts(self, name: str) -> tuple[str, ...]:
        given = self.words.get(name)
        if not given:
            option = next(option for option in OPTIONS if option.name == name)
            said = self.env.get(option.env, "") if option.env else ""
            given = said.splitlines() if option.many else said
        values = given if isinstance(given, (list, tuple)) else [given]
        texts = tuple(str(value) for value in values if value not in (None, ""))
        for text in texts:
            _see_text(f"--{name}", text)
        return texts

    def text(self, name: str) -> str | None:
        return next(iter(self.texts(name)), None)

    def choice(self, name: str, kind: type[T], default: T) -> T:
        given = self.text(name)
        if given is None:
            return default
        try:
            return kind(given)
        except ValueError:
            known = ", ".join(kind)
            raise SettingsError(f"--{name} is one of {known}, not: {given}") from None

    def number(
        self, name: str, kind: Callable[[str], N], least: N, default: N, most: float = math.inf
    ) -> N:
        given = self.text(name)
        if given is None:
            return default
        try:
            value = kind(given)
        except ValueError:
            value = None
        if value is None or not least <= value <= most or value == math.inf:
            what = "a whole number" if kind is int else "a number"
            until = "on" if most == math.inf else f"to {most:g}"
            raise SettingsError(f"--{name} is {what} from {least} {until}, not: {given}")
        return value


def _see_text(name: str, text: str) -> None:
    """Refuse what the system handed on as bytes: it can be neither sent nor shown."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name} is not UTF-8 text") from None


def _target(reader: _Reader, base_url: str, env: Mapping[str, str], app: bool) -> Target | None:
    customers = tuple(dict.fromkeys(reader.texts("user")))
    foreign = reader.text("foreign-user")
    if not base_url:
        for name in ("user", "foreign-user", "api-key-file"):
            if reader.words.get(name):
                said = reader.text(name)
                raise SettingsError(f"--{name} needs a target, --base-url or --app: {said}")
        return None
    base_url = base_url if app else _checked_url(base_url)
    if foreign in customers:
        raise SettingsError(f"--foreign-user is also named as --user: {foreign}")
    api_user, key = env.get("RESELLER_API_USER", ""), _key(reader, env)
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
    )


def _checked_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        fine = (parts.port is None or parts.port > 0) and not re.search(r"[\s<>\\^`{|}]", text)
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts, fine = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not fine:
        raise SettingsError(
            f"--base-url is http://HOST or https://HOST, with a path or not: {text}"
        )
    if parts.username is not None or parts.password is not None:
        shown = f"{parts.scheme}://***@{parts.hostname}"
        raise SettingsError(f"--base-url holds no user and password; use --header: {shown}")
    if re.search(r"[?#]", text):
        raise SettingsError(f"--base-url ends before any ? or #: {re.split('[?#]', text)[0]}")
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
        return env.get("RESELLER_API_KEY", "")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"--api-key-file cannot be read ({why}): {file}") from None


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


def _limits(reader: _Reader, local: bool) -> Limits:
    rate = reader.text("rate")
    most = reader.text("max-requests")
    return Limits(
        rate=_rate(rate) if rate else (None if local else GATEWAY_RATE),
        concurrency=reader.number("concurrency", int, 1, 8, MOST_IN_FLIGHT),
        timeout=reader.number("timeout", float, 0.001, 10.0, A_DAY),
        retries=reader.number("retries", int, 0, 2, 100),
        max_requests=reader.number("max-requests", int, 1, 1) if most else None,
    )


def _rate(text: str) -> float:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)/(s|m)", text)
    rate = float(match[1]) / (60 if match[2] == "m" else 1) if match else 0.0
    if not RATES[0] <= rate <= RATES[1]:
        raise SettingsError(f"--rate is calls a second or minute, as 10/s or 600/m, not: {text}")
    return rate


def _formats(text: str | None) -> tuple[Format, ...]:
    wanted = [word.strip() for word in (text or "json,xml").split(",")]
    for word in wanted:
        if word not in tuple(Format):
            raise SettingsError(f"--formats is json, xml, or json,xml, not: {text}")
    return tuple(format for format in Format if format in wanted)


def _level(level: Level) -> Level:
    if level is Level.MAY:
        raise SettingsError(f"--level is one of must, should, not: {level}")
    return level
