"""What a saved URL requests: the case, as far as it shows, the account, and the key to redact.

Credentials are never judged as invalid, because they may have been removed before saving.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlsplit

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.mutations import State, Text, Value
from reseller_conformance.contract import PARAMETERS, TASK, Format
from reseller_conformance.redaction.secret import MIN_SECRET_CHARS

__all__ = ["KEY_NAME", "Call", "call_of", "format_in", "keys_in"]

KEY_NAME = re.compile(r"(?:x[-_])?api[-_]?key\b", re.IGNORECASE)
"""What a parameter, a header or a member is called that holds a key."""

MAX_VALUE_CHARS = 255
"""Maximum length of a value that is judged (specification, section 4)."""

_PATH = re.compile(r"(.*/apiv2/reseller\.account)\.(json|xml)", re.DOTALL)
# Also those that a gateway or a database may refuse.
_UNASKED = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BLANK = re.compile(r"\W*(?:redacted|removed|hidden|masked|sanitized|secret)?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A call of the endpoint. It holds keys: it is not to be shown.

    `account` is where and for whom it was sent, for comparison; `request` all that was sent;
    `telling` are those keys whose return would be an echo.
    """

    case: Case
    user: str
    account: str
    request: str
    keys: tuple[str, ...]
    telling: tuple[str, ...]
    asked_of_anyone: bool


def format_in(url: str) -> Format | None:
    """Return the format that a URL names by its ending, for any path."""
    found = re.search(r"\.(json|xml)\Z", url.partition("?")[0].partition("#")[0])
    return Format(found[1]) if found else None


def keys_in(query: str) -> tuple[str, ...]:
    """Return each value that is sent as a key."""
    return _keys(_pairs(query))


def call_of(url: str) -> Call | None:
    """Read the URL of a call; None where it is one of something else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = _PATH.fullmatch(parts.path)
    if path is None:
        return None
    sent = _pairs(parts.query)
    values = parse_qs(parts.query, keep_blank_values=True, errors="surrogateescape")
    user = values.get("user", [""])[0]
    where = f"{parts.scheme}://{parts.netloc}{path[1]}"
    return Call(
        case=_case(Format(path[2]), values),
        user=user,
        account=_digest(where, *values.get("api_user", ()), user) if user else "",
        request=_digest(where, path[2], *map(repr, sorted(sent))),
        keys=_keys(sent),
        telling=_echo_candidates(sent),
        asked_of_anyone=not any(
            len(text) > MAX_VALUE_CHARS or _UNASKED.search(text) for pair in sent for text in pair
        ),
    )


def _keys(sent: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for name, value in sent if value and KEY_NAME.match(name)))


def _echo_candidates(sent: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the keys whose return would be an echo: no other value that was sent holds them."""
    others = [value.lower() for name, value in sent if not KEY_NAME.match(name)]
    return tuple(
        key
        for key in _keys(sent)
        if len(key) >= MIN_SECRET_CHARS
        and not _BLANK.fullmatch(key)
        and not any(key.lower() in value for value in others)
    )


def _digest(*texts: str) -> str:
    """Return a digest: equal for equal texts, and without the texts. A key may be among them."""
    return sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def _case(format: Format, values: Mapping[str, Sequence[str]]) -> Case:
    arrays = tuple(name for name in PARAMETERS if any(n.startswith(f"{name}[") for n in values))
    named = {*PARAMETERS, *(n for n in values if n.partition("[")[0] in arrays)}
    return Case(
        format,
        task=State.VALID if "task" in arrays else _task(values.get("task")),
        user=State.VALID if "user" in arrays else _sent(values.get("user")),
        extra=tuple((name, "") for name in values if name not in named),
        repeated_parameters=tuple(
            (n, State.VALID) for n in PARAMETERS if len(values.get(n, ())) > 1
        ),
        arrays=arrays,
    )


def _sent(values: Sequence[str] | None) -> State:
    if values is None:
        return State.MISSING
    return State.VALID if values[0] else State.EMPTY


def _task(values: Sequence[str] | None) -> Value:
    if not values or values[0] in ("", TASK):
        return _sent(values)
    if values[0].strip(" ").lower() != TASK:
        return Text(values[0])
    if values[0].strip(" ") != TASK:
        return State.UPPER_CASE
    return State.SPACE_BEFORE if values[0].startswith(" ") else State.SPACE_AFTER
