"""Client profiles: how common HTTP clients write a request, as data.

`profiles.json` holds them, each with where it comes from; `nox -s profiles` records them anew. A
change is one point in which a request differs from the suite's own: a header field, or the version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reseller_conformance import __version__
from reseller_conformance.contract import Format

__all__ = [
    "HOST",
    "OWN",
    "VERSION",
    "Change",
    "Profile",
    "accepts",
    "decodable",
    "own_with",
    "profiles",
    "profiles_with",
    "restored",
]

HOST = "{host}"
"""A profile has this in place of the host of the target."""

VERSION = "HTTP version"
"""The name of the change that is no header field."""

DECODABLE = frozenset(("gzip", "x-gzip", "deflate", "identity"))
"""Content codings that the suite can undo."""

SOURCE = Path(__file__).with_name("profiles.json")


class Change(NamedTuple):
    """One point in which a request differs from the suite's own; None leaves the field out."""

    field: str
    value: str | None

    def __str__(self) -> str:
        """Say it as a part of a call: `with Accept: text/html`."""
        if self.field == VERSION:
            return f"in HTTP/{self.value}"
        if self.value is None:
            return f"without {self.field}"
        return f"with {self.field}: {self.value}"


@dataclass(frozen=True, slots=True)
class Profile:
    """The head of a request: the HTTP version, and the header fields in order.

    `phrase` says it as a part of a call: `as curl`, or `with Accept: text/html`.
    """

    phrase: str
    fields: tuple[tuple[str, str], ...]
    version: str = "1.1"

    def field(self, name: str) -> str | None:
        """Return the value of this field, or None where the client does not send it."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The points in which this differs from how the suite itself writes a request."""
        return _changes(self)

    @property
    def closes(self) -> bool:
        """Whether the connection ends with the response (RFC 9112, 9.3)."""
        options = (self.field("Connection") or "").lower().replace(" ", "").split(",")
        return "close" in options or (self.version == "1.0" and "keep-alive" not in options)


OWN = Profile(
    "as reseller-conformance",
    (
        ("Host", HOST),
        ("User-Agent", f"reseller-conformance/{__version__}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip, deflate"),
    ),
)
"""How the suite itself writes every other request."""


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the profile of each client, by its name."""
    entries = json.loads(SOURCE.read_text(encoding="utf-8"))
    return {
        name: Profile(f"as {name}", tuple(map(_field, entry["head"])), entry["version"])
        for name, entry in entries.items()
    }


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


@cache
def _changes(profile: Profile) -> tuple[Change, ...]:
    own = {name.lower(): value for name, value in OWN.fields}
    theirs = {name.lower(): value for name, value in profile.fields}
    names = {name.lower(): "TE" if name == "TE" else name.title() for name, _ in profile.fields}
    names |= {name.lower(): name for name, _ in OWN.fields}
    fields = [
        Change(names[key], theirs.get(key)) for key in names if theirs.get(key) != own.get(key)
    ]
    version = [Change(VERSION, profile.version)] if profile.version != OWN.version else []
    return (*version, *fields)


def own_with(change: Change) -> Profile:
    """Return the suite's own request with this one change."""
    return _applied(OWN, change, str(change))


def accepts(format: Format) -> list[Change]:
    """Return the values of Accept that name only something other than this format."""
    other = Format.XML if format is Format.JSON else Format.JSON
    return [Change("Accept", f"application/{other}"), Change("Accept", "text/html")]


def restored(profile: Profile, field: str) -> Profile:
    """Return a profile in which this one point is as in the suite's own request."""
    value = OWN.version if field == VERSION else OWN.field(field)
    phrase = f"{profile.phrase}, but with the suite's own {field}"
    return _applied(profile, Change(field, value), phrase)


def _applied(profile: Profile, change: Change, phrase: str) -> Profile:
    if change.field == VERSION:
        return replace(profile, phrase=phrase, version=change.value or OWN.version)
    key = change.field.lower()
    fields: list[tuple[str, str]] = []
    for name, value in profile.fields:
        if name.lower() != key:
            fields.append((name, value))
        elif change.value is not None:
            fields.append((name, change.value))
    if change.value is not None and profile.field(key) is None:
        fields.append((change.field, change.value))
    return replace(profile, phrase=phrase, fields=tuple(fields))


def decodable(profile: Profile) -> Profile:
    """Return a profile that offers no content coding which the suite cannot undo."""
    field = profile.field("Accept-Encoding")
    if field is None:
        return profile
    offered = field.split(",")
    kept = [one for one in offered if one.partition(";")[0].strip().lower() in DECODABLE]
    if len(kept) == len(offered):
        return profile
    value = ",".join(kept).strip() or "identity"
    return _applied(profile, Change("Accept-Encoding", value), profile.phrase)


def profiles_with(change: Change) -> list[str]:
    """Return the names of the clients whose requests have this change."""
    return [name for name, profile in profiles().items() if change in profile.changes]
