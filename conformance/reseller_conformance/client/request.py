"""A case as a request: as it is sent, and as it may be shown.

Responses are redacted by value. The URL to show is written without the key instead, because a very
short key cannot be found by value. `http.transport` sends the request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from reseller_conformance.cases.case import Case, ValidValues, pairs, query, url_of
from reseller_conformance.cases.mutations import UNREGISTERED
from reseller_conformance.cases.profiles import Profile
from reseller_conformance.client.target import Target
from reseller_conformance.redaction.secret import MASK, MIN_SECRET_CHARS
from reseller_conformance.redaction.views import seen

__all__ = ["Request", "request_for", "valid_values_of"]

_ANOTHER_KEY = "\N{REPLACEMENT CHARACTER}" * 3


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request. `redacted_url` and `redacted_form` have no key.

    `echo_candidates` are key values to search for in the response. They occur in no other value
    that was sent, and are too long to occur by chance.
    """

    method: str
    url: str
    form: str | None
    redacted_url: str
    echo_candidates: tuple[str, ...]
    profile: Profile | None = None
    cookies: bool = False
    redacted_form: str | None = None


def valid_values_of(target: Target) -> ValidValues:
    """Return the valid values for this target, the key among them."""
    key = target.api_key.reveal()
    return ValidValues(target.api_user, key, target.customers, target.foreign)


def request_for(case: Case, base_url: str, valid: ValidValues) -> Request:
    """Return the request of a case, with the valid values of the target in it."""
    sent = pairs(case, valid)
    # a value that changes with the key contains a part of it
    otherwise = pairs(case, _with_another_key(valid))
    hidden = [one != other for one, other in zip(sent, otherwise, strict=True)]
    written = [query([pair], case.encoding) for pair in sent]
    shown = [
        query([(name, "")], case.encoding) + MASK if hide else part
        for (name, _), hide, part in zip(sent, hidden, written, strict=True)
    ]
    before, behind = case.around
    form = f"{before}{'&'.join(written)}{behind}"
    redacted = f"{before}{'&'.join(shown)}{behind}"
    return Request(
        method=case.method,
        url=url_of(base_url, case, form),
        form=form if case.has_form else None,
        redacted_url=url_of(base_url, case, redacted),
        echo_candidates=_echo_candidates(sent, hidden, valid),
        profile=case.profile,
        cookies=case.cookies,
        redacted_form=redacted if case.has_form else None,
    )


@lru_cache(maxsize=4)
def _with_another_key(valid: ValidValues) -> ValidValues:
    return replace(valid, api_key=_ANOTHER_KEY)


def _echo_candidates(
    sent: list[tuple[str, str]], hidden: list[bool], valid: ValidValues
) -> tuple[str, ...]:
    key = valid.api_key
    keys = [value for (_, value), hide in zip(sent, hidden, strict=True) if hide]
    # around the whole key there may be common text: quotes, a tag, a comma
    holding = [
        key if key in value else value.strip() for value in keys if len(key) >= MIN_SECRET_CHARS
    ]
    named = [value for name, value in sent if name.removesuffix("[]") == "api_key"]
    holding += [value for value in named if value == UNREGISTERED["api_key"]]
    others = [value for name, value in sent if name.removesuffix("[]") != "api_key"]
    beside = [*map(_plain, others), *_public(valid)]
    return tuple(
        value
        for value in dict.fromkeys(holding)
        if len(value) >= MIN_SECRET_CHARS and not any(_plain(value) in other for other in beside)
    )


@lru_cache(maxsize=4)
def _public(valid: ValidValues) -> tuple[bytes, ...]:
    """Return what other calls send beside the key: an error may be about an earlier call."""
    names = (valid.api_user, *valid.customers, valid.foreign or "")
    return tuple(_plain(name) for name in names)


@lru_cache(maxsize=256)  # valid values are in nearly every call
def _plain(text: str) -> bytes:
    return seen(text.encode())
