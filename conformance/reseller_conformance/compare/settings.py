"""What the operator of a comparison asks for, from options and environment, checked once.

Each target is checked as that of a run, by `config.settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reseller_conformance.compare.accept import AcceptError, read_accepted
from reseller_conformance.compare.model import Grade
from reseller_conformance.compare.recording import Recording, RecordingError, read_recording
from reseller_conformance.config.option_reader import SettingsError, check_not_empty
from reseller_conformance.config.settings import Settings, settings_from
from reseller_conformance.config.target_settings import MissingCredentialsError
from reseller_conformance.reports.registry import ReportError, check_writable
from reseller_conformance.util.files import check_file

__all__ = ["CompareSettings", "SettingsError", "compare_settings_from", "plan_of"]

OLD_VARIABLES = (
    "RESELLER_API_USER",
    "RESELLER_API_KEY",
    "RESELLER_USER",
    "RESELLER_FOREIGN_USER",
)
"""Variables of which OLD may have its own value: `RESELLER_OLD_API_KEY`."""

APP = "app:"


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """A comparison that makes sense. `new` is None where OLD is only recorded.

    `old` is None where `recording` takes its place.
    """

    old: Settings | None
    new: Settings | None
    grade: Grade
    accepted: Mapping[str, str]
    recording: Recording | None = None
    record: Path | None = None

    @property
    def calls_of(self) -> Settings:
        """The settings that say which calls are made."""
        settings = self.new or self.old
        assert settings is not None
        return settings


def compare_settings_from(
    targets: tuple[str, ...],
    words: Mapping[str, object],
    env: Mapping[str, str],
    *,
    grade: str = Grade.VISIBLE,
    accept: str | None = None,
    record: str | None = None,
    recorded: str | None = None,
) -> CompareSettings:
    """Check the operator's words. Raises SettingsError where they make no comparison."""
    old, new = _named(targets, record, recorded)
    try:
        recording = read_recording(Path(recorded)) if recorded else None
        accepted = read_accepted(Path(accept)) if accept else {}
        if record:
            check_file(Path(record))
    except (RecordingError, AcceptError) as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        why = error.strerror or error
        raise SettingsError(f"--record cannot be written, {why}: {record}") from None
    made = CompareSettings(
        old=_target_settings(old, *_of_old(words, env), "OLD") if old else None,
        new=_target_settings(new, words, env, "NEW") if new else None,
        grade=Grade(grade),
        accepted=accepted,
        recording=recording,
        record=Path(record) if record else None,
    )
    _check(made, [name for name in (accept, recorded) if name], recorded)
    return made


def _of_old(
    words: Mapping[str, object], env: Mapping[str, str]
) -> tuple[Mapping[str, object], Mapping[str, str]]:
    """Return the words and the environment for OLD, whose own variables come first.

    Raises SettingsError if one of them is empty.
    """
    own = {name: name.replace("RESELLER_", "RESELLER_OLD_") for name in OLD_VARIABLES}
    for name in own.values():
        check_not_empty(name, env)
    of_old = {**env, **{name: env[old] for name, old in own.items() if old in env}}
    key_is_own = own["RESELLER_API_KEY"] in env  # then the file holds the key of NEW
    return ({**words, "api-key-file": None} if key_is_own else words), of_old


def _named(
    targets: tuple[str, ...], record: str | None, recorded: str | None
) -> tuple[str | None, str | None]:
    if not all(map(str.strip, targets)):
        raise SettingsError("OLD and NEW are base URLs or app:MODULE:ATTR, not empty: ''")
    if recorded and record:
        raise SettingsError(f"give --record or --recorded, not both: {record}")
    if len(targets) == 2 and not recorded:
        return targets[0], targets[1]
    if len(targets) == 1 and recorded:
        return None, targets[0]
    if len(targets) == 1 and record:
        return targets[0], None
    if recorded:
        raise SettingsError(f"--recorded takes the place of OLD; name NEW alone: {targets[0]}")
    given = targets[-1] if targets else "nothing"
    raise SettingsError(f"name two targets, OLD and NEW, or use --record or --recorded: {given}")


def _target_settings(
    name: str, words: Mapping[str, object], env: Mapping[str, str], side: str
) -> Settings:
    app = name.removeprefix(APP) if name.startswith(APP) else None
    try:
        return settings_from({**words, "app": app}, None if app else name, env)
    except SettingsError as error:
        text = str(error).replace("--base-url", side).replace("--app", f"{side} app:")
        if side == "OLD" and isinstance(error, MissingCredentialsError):
            own = " and ".join(name.replace("RESELLER_", "RESELLER_OLD_") for name in error.names)
            text += f", or for OLD alone {own}"
        raise SettingsError(text) from None


def plan_of(settings: Settings) -> dict[str, str]:
    """Return the options on which it depends which calls are made, as words."""
    customers = len(settings.target.customers) if settings.target else 0
    return {
        "--depth": settings.depth.value,
        "--formats": ",".join(map(str, settings.formats)),
        "--seed": str(settings.seed),
        "number of --user": str(customers),
    }


def _check(made: CompareSettings, inputs: list[str], recorded: str | None) -> None:
    settings = made.calls_of
    try:
        check_writable(settings.reports, [*settings.inputs, *inputs])
    except ReportError as error:
        raise SettingsError(str(error)) from None
    for name, word in plan_of(settings).items() if made.recording else ():
        if made.recording and (held := made.recording.plan.get(name)) != word:
            raise SettingsError(
                f"the recording has the calls of {name} {held}, not of {name} {word}: {recorded}"
            )
    if not (made.old and made.new and made.old.target and made.new.target):
        return
    numbers = {len(side.target.customers) for side in (made.old, made.new) if side.target}
    if len(numbers) > 1:
        raise SettingsError(
            "OLD and NEW need as many customers; RESELLER_OLD_USER names "
            f"{len(made.old.target.customers)}, NEW has {len(made.new.target.customers)}"
        )
