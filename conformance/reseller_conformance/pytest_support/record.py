"""The recording of a pytest process (`--record`): its file, its beginning and its end.

`client.recording` writes the entries.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reseller_conformance import __version__
from reseller_conformance.client.recording import Recorder
from reseller_conformance.config.option_reader import SettingsError
from reseller_conformance.config.settings import Settings
from reseller_conformance.pytest_support.listing import runs_no_test
from reseller_conformance.util.files import check_file

__all__ = ["check_record", "close_recorder", "recorder_of"]

_RECORDER = pytest.StashKey[Recorder]()


def check_record(settings: Settings) -> None:
    """Check that the recording can be written, and is no other file of the run.

    Raises SettingsError, in one line.
    """
    if (path := settings.record) is None:
        return
    others: list[str | Path] = [*settings.inputs, *(path for _, path in settings.reports)]
    if os.path.realpath(path) in {os.path.realpath(other) for other in others}:
        raise SettingsError(f"--record is another file of this run too: {path}")
    try:
        check_file(path)
    except OSError as error:
        raise SettingsError(
            f"--record cannot be written, {error.strerror or error}: {path}"
        ) from None


def recorder_of(config: pytest.Config, settings: Settings) -> Recorder | None:
    """Return the recorder of this process, which all targets share; None without `--record`.

    `--setup-only` makes a target but no call, so it records nothing. Raises SettingsError if the
    file cannot be written.
    """
    if settings.record is None or runs_no_test(config):
        return None
    if _RECORDER not in config.stash:
        path = _of_process(settings.record, config)
        try:
            config.stash[_RECORDER] = Recorder(path, "reseller-conformance", __version__)
        except OSError as error:
            why = error.strerror or error
            raise SettingsError(f"--record cannot be written, {why}: {path}") from None
    return config.stash[_RECORDER]


def close_recorder(config: pytest.Config) -> list[str]:
    """Complete the recording. Return a line if it could not be written."""
    recorder = config.stash.get(_RECORDER, None)
    if recorder is None:
        return []
    recorder.close()
    return [f"--record could not be written, {recorder.problem}"] if recorder.problem else []


def _of_process(path: Path, config: pytest.Config) -> Path:
    """Return the file of this process: with pytest-xdist each has its own, as `run.gw0.har`."""
    worker = getattr(config, "workerinput", {}).get("workerid")
    return path.with_name(f"{path.stem}.{worker}{path.suffix}") if worker else path
