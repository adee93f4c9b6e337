"""The responses of OLD in a file, for the day on which OLD is gone. No key is in it.

The file is JSON. A call is found again by a digest of its case, which holds no value of the
account.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reseller_conformance.cases.case import Case
from reseller_conformance.contract import Format
from reseller_conformance.exchange import Exchange, TransportErrorKind, TransportProblem
from reseller_conformance.util.files import write_file

__all__ = ["Recording", "RecordingError", "read_recording"]

VERSION = 1


class RecordingError(ValueError):
    """The file is no recording; the message says why, in one line."""


@dataclass(slots=True)
class Recording:
    """The responses of one target: the first to each call, and a second one for some of them."""

    target: str
    depth: str
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, exchange: Exchange, of: Case) -> None:
        """Keep a response to this case."""
        self.calls.setdefault(_key(of), []).append(_entry(exchange))

    def responses(self, case: Case) -> list[Exchange]:
        """Return the responses to this case; none if it was not recorded."""
        return [_exchange(case, entry) for entry in self.calls.get(_key(case), ())]

    def send_in_sequence(self, *sequences: Sequence[Case]) -> list[Exchange]:
        """Return the first response to each case, as a client does."""
        return [
            next(iter(self.responses(case)), _unrecorded(case))
            for sequence in sequences
            for case in sequence
        ]

    def write(self, path: Path) -> None:
        """Write the file. Raises OSError."""
        whole = {"version": VERSION, "target": self.target, "depth": self.depth}
        write_file(path, json.dumps({**whole, "calls": self.calls}) + "\n")


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
    recording = Recording(str(whole["target"]), str(whole["depth"]), dict(whole["calls"]))
    for entries in recording.calls.values():
        for entry in entries:
            _exchange(Case(Format.JSON), entry)
    return recording


def _key(case: Case) -> str:
    return sha256(repr(case).encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _entry(exchange: Exchange) -> dict[str, Any]:
    problem = exchange.problem
    return {
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


def _unrecorded(case: Case) -> Exchange:
    problem = TransportProblem(TransportErrorKind.NOT_SENT, "it is not in the recording")
    return Exchange(case, "", problem=problem)
