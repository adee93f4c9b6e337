"""The responses of OLD in a file, for the day on which OLD is gone. No key is in it.

The file is JSON. A call is found again by a digest of its case, which holds no value of the
account. A recording sends what it holds, as a client of OLD does.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from reseller_conformance.cases.case import Case
from reseller_conformance.client.client import INTERRUPTED
from reseller_conformance.client.traffic import Traffic
from reseller_conformance.compare.paired import Sender
from reseller_conformance.compare.sides import Protection
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem
from reseller_conformance.findings.environment import EnvironmentNote
from reseller_conformance.util.files import write_file

__all__ = ["Recorder", "Recording", "RecordingError", "read_recording"]

VERSION = 3


class RecordingError(ValueError):
    """The file is no recording; the message says why, in one line."""


@dataclass(slots=True)
class Recording:
    """The responses of one target by call: several where it was made repeatedly.

    `plan` holds the options on which it depends which calls are made.
    """

    target: str
    plan: dict[str, str]
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    indistinguishable: set[str] = field(default_factory=set)
    """The calls that OLD's account cannot tell from another one."""
    protection: Protection = field(default_factory=Protection)
    """What in front of OLD has refused calls: they are not in the recording."""

    @property
    def responses(self) -> int:
        """How many responses are held."""
        return sum(map(len, self.calls.values()))

    def add(self, exchange: Exchange) -> None:
        """Keep a response, the first to each case."""
        case = exchange.case
        kept = self.calls.setdefault(_key(case), [])
        if all(entry["repeat"] != case.repeat for entry in kept):
            kept.append(_entry(exchange))

    def discard(self, cases: Iterable[Case]) -> None:
        """Drop the responses to these, and later ones: something in front of OLD refused them."""
        for case in cases:
            kept = self.calls.get(_key(case), [])
            kept[:] = [entry for entry in kept if entry["repeat"] < case.repeat]

    def response(self, case: Case) -> Exchange | None:
        """Return the response to this case, or else the latest one to the same call."""
        kept = self.calls.get(_key(case), [])
        entry = next((entry for entry in kept if entry["repeat"] == case.repeat), None)
        return _exchange(case, entry or kept[-1]) if kept else None

    def write(self, path: Path) -> None:
        """Write the file. Raises OSError."""
        whole = {
            "version": VERSION,
            "target": self.target,
            "plan": self.plan,
            "indistinguishable": sorted(self.indistinguishable),
            "protection": asdict(self.protection),
            "calls": {key: kept for key, kept in self.calls.items() if kept},
        }
        write_file(path, json.dumps(whole) + "\n")

    # --- As a client -------------------------------------------------------------------------

    @property
    def traffic(self) -> Traffic:
        """Nothing: no call is made."""
        return Traffic()

    @property
    def planned(self) -> int:
        """How many calls are held."""
        return len(self.calls)

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return the response to each case, as if it came now."""
        return [
            replace(found, began=time.monotonic() - found.seconds)
            if (found := self.response(case))
            else self.unsent(case, "it is not in the recording")
            for sequence in sequences
            for case in sequence
        ]

    def is_distinguishable(self, case: Case) -> bool:
        """Say whether OLD's account could tell this case from another."""
        return _key(case) not in self.indistinguishable

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not held."""
        return Exchange(case, "", problem=TransportProblem(TransportErrorKind.NOT_SENT, why))

    def forget(self, _: Iterable[Case]) -> None:
        """Do nothing: what is recorded stays."""

    def pause(self, _: float) -> None:
        """Do nothing: no call is made."""

    def stop(self, why: str = INTERRUPTED) -> None:
        """Do nothing: no call is made."""


class Recorder:
    """A client of OLD that keeps each response in a recording."""

    def __init__(self, sender: Sender, recording: Recording) -> None:
        """Record what this one receives."""
        self._sender = sender
        self._recording = recording

    @property
    def traffic(self) -> Traffic:
        """What the calls have cost so far."""
        return self._sender.traffic

    @property
    def planned(self) -> int:
        """How many calls were made, or wait to be made."""
        return self._sender.planned

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return an exchange for each case."""
        exchanges = self._sender.send_in_sequence(*sequences)
        for exchange in exchanges:
            problem = exchange.problem
            if problem is None or problem.kind is not TransportErrorKind.NOT_SENT:
                self._recording.add(exchange)
        return exchanges

    def is_distinguishable(self, case: Case) -> bool:
        """Say whether this account can tell this case from another, and keep the rest."""
        known = self._sender.is_distinguishable(case)
        if not known:
            self._recording.indistinguishable.add(_key(case))
        return known

    def unsent(self, case: Case, why: str) -> Exchange:
        """Return an exchange for a call that is not made."""
        return self._sender.unsent(case, why)

    def forget(self, cases: Iterable[Case]) -> None:
        """Forget these calls, so that each may be sent once more."""
        cases = list(cases)
        self._sender.forget(cases)
        self._recording.discard(cases)

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._sender.pause(seconds)

    def stop(self, why: str = INTERRUPTED) -> None:
        """Send nothing more."""
        self._sender.stop(why)


def read_recording(path: Path) -> Recording:
    """Read a file that `Recording.write` wrote. Raises RecordingError."""
    try:
        return _recording(json.loads(path.read_bytes()))
    except OSError as error:
        why = error.strerror or error
        raise RecordingError(f"the recording cannot be read, {why}: {path}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RecordingError(f"this is no recording of `compare --record`: {path}") from None


def _recording(whole: Any) -> Recording:
    """Return the recording that this JSON value holds. Raises what its parts raise."""
    if whole["version"] != VERSION:
        raise ValueError(whole["version"])
    plan = {str(name): str(word) for name, word in whole["plan"].items()}
    indistinguishable = set(map(str, whole["indistinguishable"]))
    recording = Recording(
        str(whole["target"]),
        plan,
        dict(whole["calls"]),
        indistinguishable,
        _protection(**whole["protection"]),
    )
    for entries in recording.calls.values():
        for entry in entries:
            int(entry["repeat"])
            _exchange(Case(Format.JSON), entry)
    return recording


def _protection(ended_by: dict[str, Any] | None, others: list[dict[str, Any]]) -> Protection:
    notes = tuple(map(EnvironmentNote.from_dict, others))
    return Protection(EnvironmentNote.from_dict(ended_by) if ended_by else None, notes)


def _key(case: Case) -> str:
    call = repr(replace(case, repeat=0))
    return sha256(call.encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _entry(exchange: Exchange) -> dict[str, Any]:
    problem = exchange.problem
    return {
        "repeat": exchange.case.repeat,
        "url": exchange.url,
        "status": exchange.status,
        "headers": exchange.headers,
        "body": b64encode(exchange.body).decode("ascii"),
        "seconds": exchange.seconds,
        "problem": [problem.kind.value, problem.detail] if problem else None,
        "echoes_key": exchange.echoes_key,
    }


def _exchange(case: Case, entry: dict[str, Any]) -> Exchange:
    problem = entry["problem"]
    status = entry["status"]
    return Exchange(
        case=case,
        url=str(entry["url"]),
        status=None if status is None else int(status),
        headers=tuple((str(name), str(value)) for name, value in entry["headers"]),
        body=b64decode(entry["body"], validate=True),
        problem=TransportProblem(TransportErrorKind(problem[0]), problem[1]) if problem else None,
        seconds=float(entry["seconds"]),
        echoes_key=tuple(map(str, entry["echoes_key"])),
    )
