"""The values of options, each from its option or its environment variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reseller_conformance.config.options import option_of

__all__ = ["OptionReader", "SettingsError", "Words", "check_not_empty", "check_text"]


class SettingsError(ValueError):
    """The options do not make a valid run. The message says in one line what to do.

    `option` is the name of the option whose value is wrong. It is empty where several conflict.
    """

    def __init__(self, message: str, option: str = "") -> None:
        """Keep the message, which begins with the option if there is one."""
        super().__init__(message)
        self.option = option


Words = Mapping[str, object]
"""The values of options by name, as the command line or pytest parsed them."""


@dataclass(frozen=True, slots=True)
class OptionReader:
    """Reads options by name. An option overrides its environment variable."""

    words: Words
    env: Mapping[str, str]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the values of an option that may be given several times."""
        given = self.words.get(name)
        if not given:
            option = option_of(name)
            check_not_empty(option.env, self.env)
            variable = self.env.get(option.env, "") if option.env else ""
            given = variable.splitlines() if option.many else variable
        values = given if isinstance(given, (list, tuple)) else [given]
        texts = tuple(str(value) for value in values if value not in (None, ""))
        for text in texts:
            check_text(f"--{name}", text)
        return texts

    def text(self, name: str) -> str | None:
        """Return the text of an option; None if it is absent."""
        return next(iter(self.texts(name)), None)

    def value(self, name: str, default: str = "") -> Any:
        """Return the parsed value of an option; None if it is absent and has no default."""
        option = option_of(name)
        given = self.text(name) or default or option.default
        if not given:
            return None
        try:
            return option.parse(given)
        except ValueError as expected:
            raise SettingsError(f"--{name} must be {expected}, not: {given}", name) from None


def check_not_empty(name: str, env: Mapping[str, str]) -> None:
    """Refuse an empty variable: a run without its value would be another run than was meant."""
    if not env.get(name, "?").strip():
        raise SettingsError(f"the value is empty: {name}")


def check_text(name: str, text: str) -> None:
    """Refuse text that is not UTF-8: it can be neither sent nor shown."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name} is not UTF-8 text") from None
