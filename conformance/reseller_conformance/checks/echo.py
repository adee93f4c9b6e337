"""A text that was sent comes back in an error as it was (specification, section 4).

An error may leave it out, cut it, trim it or normalize it. `rendering` finds what became of each
character. A text that both formats escape alike is escaped on purpose, and no violation.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import Flag, auto
from functools import lru_cache
from html.entities import codepoint2name
from itertools import chain
from urllib.parse import quote

from reseller_conformance.cases.mutations import Text
from reseller_conformance.checks import http
from reseller_conformance.checks.response import Response
from reseller_conformance.checks.violation import Violation
from reseller_conformance.contract import PARAMETERS
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import excerpt

__all__ = ["cut", "differs", "garbled", "pairs_of_formats", "pairs_of_lengths"]

MIN_CHARS, MAX_CHARS = 3, 64
"""Length of the texts that are looked for, in characters: a shorter one may be there by chance."""

MIN_ANCHORS = 4
"""ASCII letters and digits that a text needs where a lost character counts."""

MAX_ERRORS = 20
"""Error texts of one response that are searched."""

_MISREAD_AS = (
    "latin-1",
    "cp1252",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "cp437",
    "cp850",
    "mac-roman",
    "iso8859-2",
    "iso8859-9",
    "cp1253",
    "koi8-r",
    "cp866",
)
"""Encodings that servers take UTF-8 for."""


_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


class Damage(Flag):
    """What became of the characters of a text."""

    NONE = 0
    KEPT = auto()
    """A character beyond ASCII came back. This is no damage."""
    MISREAD = auto()
    """The bytes of a character were read in another encoding."""
    REPLACED = auto()
    """A question mark replaces a character."""
    DROPPED = auto()
    """A character is missing."""
    ESCAPED = auto()
    """A character is escaped once too often, or a character reference was resolved."""


LOST = Damage.REPLACED | Damage.DROPPED | Damage.ESCAPED
"""What a server may do on purpose, in both formats."""


def garbled(response: Response) -> Iterator[Violation]:
    """No error repeats a text that was sent in another encoding."""
    for sent in _sent(response):
        shown, damage = _echo(response, sent)
        code_page = Damage.REPLACED | Damage.KEPT
        if Damage.MISREAD in damage or code_page in damage:
            yield _violation(response, sent, shown)


def differs(pair: Sequence[Response]) -> Iterator[Violation]:
    """The first response repeats a text as the second does, which is in the other format."""
    response, other = pair
    for sent in _sent(response):
        shown, damage = _echo(response, sent)
        if damage & LOST and _is_whole(other, sent):
            hint = f"the same error in {other.case.format} repeats it as it was sent"
            yield _violation(response, sent, shown, hint)


def cut(pair: Sequence[Response]) -> Iterator[Violation]:
    """A text does not end before its first character of four bytes.

    The second response repeats a longer text whole, so that the length is not the reason. A server
    may leave out such characters alone.
    """
    response, longer = pair
    for sent in _sent(response):
        head, others = _before_four_bytes(sent), _FOUR_BYTES.sub("", sent).rstrip()
        if not head or head == others or _is_whole(response, others):
            continue
        if _is_whole(response, sent) or _echo(response, sent)[0]:
            continue
        if text := next((text for text in _errors(response) if _ends_after(head, text)), ""):
            start = text.index(head)
            hint = f"a longer text comes back whole: {longer.case}"
            yield _violation(response, sent, text[start : start + len(sent)], hint)


def pairs_of_formats(
    responses: Iterable[Response], others: Iterable[Response]
) -> Iterator[tuple[Response, Response]]:
    """Yield each error beside the error in the other format in response to the same call."""
    same = {_call(other): other for other in others if _is_echo(other)}
    for response in responses:
        if _is_echo(response) and _call(response) in same:
            yield response, same[_call(response)]


def pairs_of_lengths(responses: Iterable[Response]) -> Iterator[tuple[Response, Response]]:
    """Yield each text with a character of four bytes beside a longer text that came back whole."""
    echoes = [response for response in responses if _is_echo(response)]
    whole = {
        response.case.invalid: response
        for response in sorted(echoes, key=_bytes)
        if all(not _has_four_bytes(one) and _is_whole(response, one) for one in _sent(response))
    }
    for response in echoes:
        longer = whole.get(response.case.invalid)
        has_four_bytes = any(_has_four_bytes(text) for text in _sent(response))
        if has_four_bytes and longer and _bytes(longer) >= _bytes(response):
            yield response, longer


def _violation(response: Response, sent: str, shown: str, hint: str = "") -> Violation:
    expected = f"each character of the text that was sent: {excerpt(sent)}"
    return Violation(response, Place("errors", text=shown), expected, excerpt(shown), hint)


# --- What was sent, and what came back -----------------------------------------------------------


def _sent(response: Response) -> tuple[str, ...]:
    """Return the texts that were sent in place of valid values. No key is among them."""
    states = (response.case.state(name) for name in PARAMETERS if name != "api_key")
    texts = (state.text for state in states if isinstance(state, Text))
    return tuple(text for text in texts if len(text) >= MIN_CHARS)


def _is_echo(response: Response) -> bool:
    """Return True if this is an error in response to one text."""
    return bool(_errors(response)) and len(response.case.invalid) == 1 and bool(_sent(response))


def _call(response: Response) -> tuple[object, ...]:
    case = response.case
    return (case.customer, *(case.state(name) for name in PARAMETERS))


def _bytes(response: Response) -> int:
    return sum(len(text.encode()) for text in _sent(response))


def _errors(response: Response) -> tuple[str, ...]:
    """Return the error texts of a response that can be read as it is."""
    unreadable = any(problem.requirement.topic == "readable" for problem in response.problems)
    if unreadable or not response.is_readable or any(http.charset(response)):
        return ()
    return response.errors[:MAX_ERRORS]


def _is_whole(response: Response, sent: str) -> bool:
    return any(sent in text for text in _errors(response))


def _has_four_bytes(text: str) -> bool:
    return any(character > "\uffff" for character in text)


def _before_four_bytes(text: str) -> str:
    """Return what precedes the first character of four bytes, where that is enough to find it."""
    head = _FOUR_BYTES.split(text, maxsplit=1)[0].rstrip()
    return head if _has_four_bytes(text) and len(head) >= MIN_CHARS else ""


def _ends_after(head: str, text: str) -> bool:
    """Return True if an error holds this head, and no character of four bytes behind it."""
    return head in text and not _has_four_bytes(text.partition(head)[2])


def _echo(response: Response, sent: str) -> tuple[str, Damage]:
    """Return how this text comes back, and the damage: nothing for a text that is left out.

    Of readings with as many kinds of damage, the longest counts: another may leave out its end.
    """
    if len(sent) > MAX_CHARS or _is_whole(response, sent):
        return "", Damage.NONE
    found = chain.from_iterable(_renderings(text, sent) for text in _errors(response))
    return min(found, key=_rank, default=("", Damage.NONE))


def _rank(rendering: tuple[str, Damage]) -> tuple[int, int]:
    text, damage = rendering
    return len(damage & ~Damage.KEPT), -len(text)


def _renderings(text: str, sent: str) -> Iterator[tuple[str, Damage]]:
    """Yield each place of an error text that may be this text, with its damage."""
    tokens = _tokens(sent)
    anchors = sum(token.isascii() and token.isalnum() for token in tokens)
    forms = [_forms(token, anchors >= MIN_ANCHORS) for token in tokens]
    first = {form[:1] for form, _ in forms[0]}
    for start in range(len(text)):
        # much faster, unless the first character may be missing
        if text[start] not in first and "" not in first:
            continue
        reached = {(start, Damage.NONE)}
        for of_token in forms:
            reached = {
                (end + len(form), damage | more)
                for end, damage in reached
                for form, more in of_token
                if text.startswith(form, end)
            }
            if not reached:
                break
        for end, damage in sorted(reached, key=lambda one: (one[0], one[1].value)):
            yield text[start:end], damage


# --- The forms of a character --------------------------------------------------------------------

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,8});|.", re.DOTALL)


def _tokens(sent: str) -> list[str]:
    """Return the characters of a text. What looks like a character reference is one token."""
    return _REFERENCE.findall(sent)


@lru_cache(maxsize=4096)
def _forms(token: str, with_anchors: bool) -> tuple[tuple[str, Damage], ...]:
    """Return how a character may come back. The first kind of damage for a form counts."""
    forms: dict[str, Damage] = {}
    for form in _normalized(token):
        forms.setdefault(form, Damage.NONE if form.isascii() else Damage.KEPT)
    for form in _misread(token):
        forms.setdefault(form, Damage.MISREAD)
    for form in _escaped(token):
        forms.setdefault(form, Damage.ESCAPED)
    if with_anchors and not (token.isascii() and token.isalnum()):
        for count in range(1, 5):
            forms.setdefault("\ufffd" * count, Damage.MISREAD)
            forms.setdefault("?" * count, Damage.REPLACED)
        forms.setdefault("", Damage.DROPPED)
    return tuple(forms.items())


def _normalized(token: str) -> Iterator[str]:
    """Yield what a server may make of a character on purpose: another case or composition."""
    for cased in (token, token.lower(), token.upper(), token.casefold()):
        yield cased
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            yield unicodedata.normalize(form, cased)
        plain = unicodedata.normalize("NFKD", cased)
        yield "".join(letter for letter in plain if not unicodedata.combining(letter)) or token


def _misread(token: str) -> Iterator[str]:
    """Yield the UTF-8 bytes of a character as other encodings read them, once and twice."""
    if token.isascii():
        return
    for encoding in _MISREAD_AS:
        once = token.encode().decode(encoding, "replace")
        yield from (once, re.sub("[\x80-\x9f\ufffd]", "", once))
    for encoding in ("latin-1", "cp1252"):
        once = token.encode().decode(encoding, "replace")
        yield once.encode().decode(encoding, "replace")


def _escaped(token: str) -> Iterator[str]:
    """Yield a character as escapes for HTML, URLs, JSON, SQL, shells and programs write it."""
    if len(token) > 1:
        yield from (html.unescape(token), quote(token, safe=""))
        yield from (escape + token[1:] for escape in _escaped("&"))
        return
    if token.isascii() and token.isalnum():
        return
    number = ord(token)
    yield from (f"&#{number};", f"&#{number:03};", f"&#x{number:x};", f"&#x{number:X};")
    if number in codepoint2name:
        yield f"&{codepoint2name[number]};"
    if token == "'":
        yield from ("&apos;", "''")
    units = token.encode("utf-16-be").hex(" ", 2).split()
    of_programs = (
        f"\\U{number:08x}",
        f"\\u{{{number:x}}}",
        f"\\x{{{number:x}}}",
        f"\\x{number:02x}",
    )
    of_json = "".join(f"\\u{unit}" for unit in units)
    for escape in (of_json, *of_programs, quote(token, safe="")):
        yield from (escape, escape.lower(), re.sub("[0-9a-f]", lambda m: m[0].upper(), escape))
    yield from ("+",) if token == " " else (f"\\{token}",)
