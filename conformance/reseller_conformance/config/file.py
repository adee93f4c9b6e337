"""The configuration file of a run, and the order of option, environment and file.

`reseller-conformance.toml` has the options as keys; `pyproject.toml` has them in its table
`[tool.reseller-conformance]`. An option overrides the environment, which overrides the file.
`settings` validates the values. pytest has settings files of its own, and ignores this one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reseller_conformance.client.base_url import without_userinfo
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.options import OF_CONNECTION, OPTIONS, Option
from reseller_conformance.util.files import names_a_file
from reseller_conformance.util.notation import as_written, outlined
from reseller_conformance.util.suggestion import suggestion

__all__ = [
    "FILE_OPTIONS",
    "NEVER_IN_FILES",
    "ConfigError",
    "ConfigFile",
    "Given",
    "Source",
    "given",
    "read_config",
]

OWN_FILE = "reseller-conformance.toml"
PROJECT_FILE = "pyproject.toml"
TABLE = "reseller-conformance"
OPTION = "option"

NEVER_IN_FILES = {
    "api-key": "the key is a secret: set RESELLER_API_KEY",
    "api-user": "credentials come from the environment: set RESELLER_API_USER",
    "header": "a header may hold a secret: use the option --header",
}
"""Keys that a file must not have, and why."""

BASE_URL = Option("base-url", "live target", "URL", "RESELLER_BASE_URL")
FILE_OPTIONS = {
    option.name: option for option in (BASE_URL, *OPTIONS) if option.name not in NEVER_IN_FILES
}
"""The options that a file may have, by name."""

LISTS = ("formats", "require-data")
"""Options whose value is a list with commas. A file may have a TOML list instead."""

OF_APP = ("app", "factory", "app-log")
OF_TARGET = ("base-url", *OF_APP, "user", "foreign-user", "api-key-file", *OF_CONNECTION)

Word = str | bool | tuple[str, ...]


class ConfigError(ValueError):
    """The file cannot be used. The message is one line."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The values of one file by option. `name` is empty if there is no file."""

    name: str = ""
    words: Mapping[str, Word] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The value of one option, and its origin."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Given:
    """The values that apply, from option, environment and file.

    `words` and `base_url` are those of options and file, as `settings_from` takes them. It reads
    the environment itself. `origins` says where each word is from.
    """

    words: Mapping[str, object]
    base_url: str | None
    env: Mapping[str, str]
    origins: Mapping[str, str]

    def located(self, error: SettingsError) -> str:
        """Return the message of an error, which names the file if the wrong value is from there."""
        origin = self.origins.get(error.option, OPTION)
        return str(error) if origin == OPTION else f"{origin}: {str(error).removeprefix('--')}"

    def sources(self) -> Iterator[Source]:
        """Yield each option with its value and origin. None of them is a secret."""
        for option in FILE_OPTIONS.values():
            name = option.name
            word = self.base_url if name == BASE_URL.name else self.words.get(name)
            if name in self.origins:
                yield Source(name, _shown(name, word), self.origins[name])
            elif option.env and option.env in self.env:
                yield Source(name, _shown(name, self.env[option.env]), option.env)
            elif option.default:
                yield Source(name, option.default, "default")


def read_config(folder: Path) -> ConfigFile:
    """Return the configuration in this folder; an empty one if there is no file.

    If both files exist, only `reseller-conformance.toml` is read. Raises ConfigError.
    """
    own, project = folder / OWN_FILE, folder / PROJECT_FILE
    if own.is_dir():
        raise ConfigError(f"the settings file is a folder; rename it: {OWN_FILE}")
    if own.is_file():
        return ConfigFile(OWN_FILE, _words(OWN_FILE, _read(own)))
    tools = _read(project, TABLE).get("tool") if project.is_file() else None
    table = tools.get(TABLE) if isinstance(tools, dict) else None
    if table is None:
        return ConfigFile()
    where = f"[tool.{TABLE}] of {PROJECT_FILE}"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table, not: {outlined(table)}")
    return ConfigFile(PROJECT_FILE, _words(where, table))


def given(
    words: Mapping[str, object], base_url: str | None, env: Mapping[str, str], file: ConfigFile
) -> Given:
    """Return the values that apply.

    A target from an option or the environment replaces the target of the file.
    """
    origins = {name: OPTION for name, word in words.items() if word not in (None, False, ())}
    if base_url is not None:
        origins[BASE_URL.name] = OPTION
    masked = {name for name, one in FILE_OPTIONS.items() if one.env and one.env in env}
    if "reference" in origins:
        masked |= {*OF_TARGET}
    if "app" in origins:
        masked.add(BASE_URL.name)
    elif BASE_URL.name in origins or BASE_URL.env in env:
        masked |= {*OF_APP, "reference"}
    merged: dict[str, object] = dict(words)
    for name, word in file.words.items():
        if name in origins or name in masked:
            continue
        origins[name] = file.name
        if name == BASE_URL.name:
            base_url = str(word)
        else:
            merged[name] = word
    return Given(merged, base_url, env, origins)


def _read(path: Path, about: str = "") -> dict[str, object]:
    """Return the tables of the file; none if its text does not contain `about`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text) if about in text else {}
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror}): {path.name}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"the file is not UTF-8 text: {path.name}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"the file is not TOML ({error}): {path.name}") from None


def _words(where: str, table: Mapping[str, object]) -> dict[str, Word]:
    found = {}
    for name, value in table.items():
        if name == "$schema":  # for editors
            continue
        if name in NEVER_IN_FILES:
            raise ConfigError(f"{where}: {NEVER_IN_FILES[name]}, and remove from the file: {name}")
        if name not in FILE_OPTIONS:
            hint = suggestion(name, FILE_OPTIONS)
            raise ConfigError(f"{where} has an unknown key{hint}: {name}")
        found[name] = _word(where, FILE_OPTIONS[name], value)
    return found


def _word(where: str, option: Option, value: object) -> Word:
    """Return the value in the form of the command line."""
    if option.flag:
        if isinstance(value, bool):
            return value
        raise ConfigError(f"{where}: {option.name} must be true or false, not: {as_written(value)}")
    if value == "":
        raise ConfigError(f"{where}: the value is empty: {option.name}")
    if option.many or option.name in LISTS:
        items = value if isinstance(value, list) else [value]
        texts = [text for text in items if isinstance(text, str) and text]
        if texts == items:
            return tuple(texts) if option.many else ",".join(texts)
        raise ConfigError(
            f"{where}: {option.name} must be a list of texts, not: {as_written(value)}"
        )
    if option.name == "proxy" and without_userinfo(str(value)) != value:
        raise ConfigError(f"{where}: a password is a secret: set RESELLER_PROXY, and remove: proxy")
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ConfigError(
        f"{where}: {option.name} must be a text or a number, not: {as_written(value)}"
    )


def _shown(name: str, word: object) -> str:
    if isinstance(word, (list, tuple)):
        return ", ".join(map(str, word))
    if word is True:
        return "true"
    text = ", ".join(str(word).splitlines())
    if name == "api-key-file" and not names_a_file(text):
        return "no such file"  # the text may be the key
    return without_userinfo(text) if name in ("base-url", "proxy") else text
