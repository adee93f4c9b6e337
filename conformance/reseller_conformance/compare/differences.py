"""What a client could notice between two responses to one call: a pure function of the two.

Which of it is noise is decided by `tally`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from reseller_conformance.cases.case import Case, Expected
from reseller_conformance.cases.kinds import is_ordinary
from reseller_conformance.checks.clients import has_undecodable_coding
from reseller_conformance.checks.response import Response
from reseller_conformance.compare.model import Aspect, Difference, Grade
from reseller_conformance.compare.parts import Parts, parts_of
from reseller_conformance.compare.spellings import is_spelling
from reseller_conformance.contract import FIELDS
from reseller_conformance.envelope import EnvelopeKind
from reseller_conformance.exchange import Exchange
from reseller_conformance.util.text import excerpt, shortened

__all__ = ["differences", "is_rate_limited"]

READ_HEADERS = (
    *("retry-after", "location", "www-authenticate", "allow", "link", "deprecation", "sunset"),
    *("cache-control", "pragma", "vary", "strict-transport-security"),
    *("content-encoding", "content-language", "content-disposition", "content-location"),
    *("access-control-allow-origin", "access-control-allow-credentials"),
    *("access-control-allow-headers", "access-control-allow-methods"),
    "access-control-expose-headers",
)
"""Headers of which clients read the value."""

NAMED_HEADERS = (
    *("expires", "last-modified", "etag", "age"),
    *("ratelimit", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
)
"""Headers whose value changes with time: only their presence is compared."""

COMPARED_OTHERWISE = ("content-type", "set-cookie")

OF_THE_TRANSPORT = frozenset(
    {"connection", "content-length", "date", "keep-alive", "server", "trailer"}
    | {"transfer-encoding", "upgrade", "via"}
)
"""Headers that say how a response was sent: they are not compared."""

XML_ERROR = "error"
"""The name of an error text in XML: these texts are compared one by one."""

_OUTCOMES = {
    EnvelopeKind.OVERVIEW: "accepts: an overview",
    EnvelopeKind.ERRORS: "refuses: an error envelope",
    EnvelopeKind.UNKNOWN: "no envelope",
}


def is_rate_limited(exchange: Exchange) -> bool:
    """Say whether a gateway refused the call, even after the retries."""
    return exchange.status in (429, 503)


def differences(old: Response, new: Response) -> list[Difference]:
    """Return what differs, the gravest first; the parts of a body only where both have it.

    Whether a difference of verdict is breaking is known once both are judged: until then it is
    suspected for calls of which the API docs say what is due.
    """
    if has_undecodable_coding(old) or has_undecodable_coding(new):
        return list(_coding(old.exchange, new.exchange))
    found = list(_delivery(old.exchange, new.exchange))
    if not found and old.exchange.problem is None:
        found = [*_outcome(old, new), *_head(old.exchange, new.exchange)]
        if old.kind is new.kind:
            found += _content(old, new)
    return sorted(found, key=lambda one: one.grade.rank)


def _coding(old: Exchange, new: Exchange) -> Iterator[Difference]:
    """Compare the content codings alone: the call offers one that cannot be decoded here."""
    one, other = ((side.header("Content-Encoding") or "absent").lower() for side in (old, new))
    if one != other:
        yield Difference(Aspect.HEADER, "content-encoding", Grade.VISIBLE, one, other)


def _delivery(old: Exchange, new: Exchange) -> Iterator[Difference]:
    before = f"{old.problem.kind}" if old.problem else "a response"
    after = f"{new.problem.kind}" if new.problem else "a response"
    if before != after:
        grade = _suspected(old.case) if old.problem is None else Grade.VISIBLE
        yield Difference(Aspect.DELIVERY, after if new.problem else before, grade, before, after)


def _outcome(old: Response, new: Response) -> Iterator[Difference]:
    if old.kind is not new.kind:
        readable = EnvelopeKind.UNKNOWN not in (old.kind, new.kind)
        aspect = Aspect.VERDICT if readable else Aspect.ENVELOPE
        place = "rate limit" if _is_limited(old, new) else _subject(old.case)
        grade = Grade.VISIBLE if _is_limited(old, new) else _suspected(old.case)
        yield Difference(aspect, place, grade, _said(old), _said(new))
    elif old.exchange.status != new.exchange.status:
        place = f"{old.exchange.status} to {new.exchange.status}"
        yield Difference(
            Aspect.STATUS, place, Grade.VISIBLE, str(old.exchange.status), str(new.exchange.status)
        )


def _is_limited(old: Response, new: Response) -> bool:
    return is_rate_limited(old.exchange) or is_rate_limited(new.exchange)


def _said(response: Response) -> str:
    return f"{_OUTCOMES[response.kind]} (HTTP {response.exchange.status})"


def _subject(case: Case) -> str:
    """Say which calls the difference is about: the invalid parameters, or valid calls."""
    if not case.invalid and case.expected is Expected.EITHER:
        return "a call that the contract leaves open"
    if not case.invalid and case.extra:
        return "a call with an undocumented parameter"
    if not case.invalid:
        return "a valid call of another client" if case.profile else "a valid call"
    return f"{case.invalid[0]} invalid" if len(case.invalid) == 1 else "several invalid"


def _suspected(case: Case) -> Grade:
    is_open = case.expected is Expected.EITHER or is_spelling(case)
    is_due = is_ordinary(case) and not is_open
    return Grade.BREAKING if is_due else Grade.VISIBLE


# --- Status line and headers -----------------------------------------------------------------


def _head(old: Exchange, new: Exchange) -> Iterator[Difference]:
    before, after = (_media_type(one) for one in (old, new))
    if before[0] != after[0]:
        yield Difference(Aspect.MEDIA_TYPE, "", Grade.VISIBLE, before[0], after[0])
    if before[1] != after[1]:
        yield Difference(Aspect.CHARSET, "", Grade.COSMETIC, before[1], after[1])
    for name in (*READ_HEADERS, *NAMED_HEADERS):
        one, other = (_header(exchange, name) for exchange in (old, new))
        if one != other:
            yield Difference(Aspect.HEADER, name, Grade.VISIBLE, one, other)
    for name in sorted(_other_names(old) ^ _other_names(new)):
        one, other = ("present" if name in _other_names(side) else "absent" for side in (old, new))
        yield Difference(Aspect.HEADER, name, Grade.COSMETIC, one, other)
    one, other = (_cookies(exchange) for exchange in (old, new))
    if one != other:
        yield Difference(Aspect.HEADER, "set-cookie", Grade.VISIBLE, one, other)
    if bool(old.echoes_key) != bool(new.echoes_key):
        grade = _suspected(old.case) if new.echoes_key else Grade.VISIBLE
        echoes = (", ".join(one.echoes_key) or "no key" for one in (old, new))
        yield Difference(Aspect.ECHO, "", grade, *echoes)


def _media_type(exchange: Exchange) -> tuple[str, str]:
    value = exchange.header("Content-Type")
    media, _, parameters = (value or "").partition(";")
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    return media.strip().lower() or "no Content-Type", charset or "no charset"


def _other_names(exchange: Exchange) -> set[str]:
    """Return the names of headers that no client is known to read."""
    names = {name.lower() for name, _ in exchange.headers} - OF_THE_TRANSPORT
    return names.difference(READ_HEADERS, NAMED_HEADERS, COMPARED_OTHERWISE)


def _header(exchange: Exchange, name: str) -> str:
    values = [value for key, value in exchange.headers if key.lower() == name]
    if not values or (name == "content-encoding" and values == ["identity"]):
        return "absent"
    if name in NAMED_HEADERS:
        return "present"
    text = ", ".join(values)
    if name == "location":
        return shortened(_without_host(text, exchange.url))
    if name in ("vary", "allow", "cache-control") or name.startswith("access-control-"):
        return shortened(", ".join(sorted(part.strip().lower() for part in text.split(","))))
    return shortened(text)


def _without_host(location: str, url: str) -> str:
    """Return a location relative to the target, whose address differs between the two."""
    ours, theirs = urlsplit(url), urlsplit(location)
    same = theirs.netloc in ("", ours.netloc)
    return theirs._replace(scheme="", netloc="").geturl() if same else location


def _cookies(exchange: Exchange) -> str:
    """Return the names of the cookies that are set. Their values differ each time."""
    names = {
        value.partition("=")[0].strip()
        for key, value in exchange.headers
        if key.lower() == "set-cookie"
    }
    return ", ".join(sorted(names)) or "absent"


# --- Body ----------------------------------------------------------------------------------------


def _content(old: Response, new: Response) -> Iterator[Difference]:
    if old.exchange.body == new.exchange.body:
        return
    found = [*_values(old, new), *_errors(old, new)]
    yield from found
    if old.kind is EnvelopeKind.UNKNOWN:
        yield Difference(
            Aspect.BYTES, "no envelope", Grade.VISIBLE, _text(old.exchange), _text(new.exchange)
        )
        return
    before, after = parts_of(old.exchange), parts_of(new.exchange)
    formed = [*_form(before.types, after.types)]
    known = {one.place for one in found} | ({XML_ERROR} if found else set())
    formed += _texts(before, after, known)
    yield from formed
    if before.leading != after.leading:
        leading = (excerpt(part) if part else "none" for part in (before.leading, after.leading))
        yield Difference(Aspect.DECLARATION, "", Grade.COSMETIC, *leading)
        formed.append(Difference(Aspect.DECLARATION, "", Grade.COSMETIC, "", ""))
    if found or formed:
        return
    same_text = before.squeezed == after.squeezed
    aspect = Aspect.WHITE_SPACE if same_text else Aspect.BYTES
    yield Difference(aspect, "", Grade.COSMETIC, _text(old.exchange), _text(new.exchange))


def _text(exchange: Exchange) -> str:
    return excerpt(exchange.body[:200].decode("utf-8", "replace"))


def _values(old: Response, new: Response) -> Iterator[Difference]:
    before, after = old.values, new.values
    for field in FIELDS:
        one, other = before.get(field.name), after.get(field.name)
        if one != other and one is not None and other is not None:
            yield Difference(Aspect.VALUE, field.name, Grade.VISIBLE, excerpt(one), excerpt(other))


def _errors(old: Response, new: Response) -> Iterator[Difference]:
    before, after = old.errors, new.errors
    subject = _subject(old.case)
    if len(before) != len(after):
        yield Difference(
            Aspect.ERROR_COUNT, subject, Grade.VISIBLE, str(len(before)), str(len(after))
        )
    elif before != after:
        one, other = (
            list((Counter(before) - Counter(after)).elements()),
            list((Counter(after) - Counter(before)).elements()),
        )
        if one or other:
            yield Difference(
                Aspect.ERROR_TEXT, subject, Grade.VISIBLE, excerpt(one[0]), excerpt(other[0])
            )
        else:
            texts = (excerpt("; ".join(errors)) for errors in (before, after))
            yield Difference(Aspect.ORDER, "errors", Grade.VISIBLE, *texts)


def _form(before: dict[str, str], after: dict[str, str]) -> Iterator[Difference]:
    lost = [name for name in before if name not in after and not name.endswith("[]")]
    added = [name for name in after if name not in before and not name.endswith("[]")]
    if lost or added:
        names = (shortened(", ".join(part)) if part else "no other" for part in (lost, added))
        place = shortened(", ".join(name.rpartition("/")[2] for name in (*lost, *added)), 60)
        yield Difference(Aspect.FIELDS, place, Grade.VISIBLE, *names)
    for name, kind in before.items():
        other = after.get(name, kind)
        if other != kind:
            yield Difference(Aspect.TYPE, name, Grade.VISIBLE, kind, other)
    one, other_order = (
        [name for name in names if name in before and name in after] for names in (before, after)
    )
    if one != other_order:
        shown = (
            shortened(", ".join(_last(name) for name in names)) for names in (one, other_order)
        )
        yield Difference(Aspect.ORDER, "fields", Grade.COSMETIC, *shown)


def _texts(before: Parts, after: Parts, known: Collection[str]) -> Iterator[Difference]:
    """Compare values as they are written: those that nobody can read, and of undocumented names."""
    for path, text in before.texts.items():
        other = after.texts.get(path, text)
        name = _last(path)
        if text != other and name not in known and before.types[path] == after.types[path]:
            yield Difference(Aspect.VALUE, name, Grade.VISIBLE, excerpt(text), excerpt(other))


def _last(path: str) -> str:
    return path.rpartition("/")[2]
