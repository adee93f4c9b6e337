"""Abstract documents that both formats can express, valid or invalid in known ways; their bodies.

A document is a valid one with known changes. So its mistakes are known without any reader or
schema. It leaves out what only one format can express, or what both read differently: null, truth
values, a JSON name that occurs twice, white space around a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from reseller_conformance.contract import FIELDS, Kind

__all__ = ["FRACTIONS", "NESTED", "TEXTS", "Document", "Is", "as_json", "as_xml", "documents"]

NESTED = object()
"""A value that holds another: an object in JSON, an element in XML."""

XML_SPACE = " \t\r\n"


class Is(StrEnum):
    """What a document is, according to its changes."""

    OVERVIEW = "overview"
    ERRORS = "errors"
    ADDED_OVERVIEW = "an overview with additions"
    ADDED_ERRORS = "errors with additions"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Document:
    """The content of the one object in JSON, and of `result`, or `result/overview`, in XML."""

    members: Mapping[str, object]
    is_: Is
    done: tuple[str, ...] = ()
    in_overview: bool = False

    @property
    def json(self) -> bytes:
        """The document as a JSON body."""
        return json.dumps(as_json(self.members), ensure_ascii=False).encode()

    @property
    def xml(self) -> bytes:
        """The document as an XML body."""
        members = {"overview": self.members} if self.in_overview else self.members
        return ET.tostring(as_xml(members), encoding="utf-8")


def as_json(value: object) -> Any:
    """Return what `json.dumps` takes."""
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return {} if value is NESTED else value


def as_xml(value: object, tag: str = "result") -> ET.Element:
    """Return an element; items of a list become elements `error`."""
    element = ET.Element(tag)
    if isinstance(value, Mapping):
        element.extend(as_xml(item, name) for name, item in value.items())
    elif isinstance(value, list):
        element.extend(as_xml(item, "error") for item in value)
    elif value is NESTED:
        element.append(ET.Element("inner"))
    else:
        element.text = str(value)
    return element


# --- Values ---------------------------------------------------------------------------------------

# A carriage return would come back as a line feed, as XML has it.
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n"),
    max_size=8,
)
COUNTS = st.integers(min_value=0)
DATES = st.dates().map(str)
RIGHT: Mapping[Kind, st.SearchStrategy[object]] = {
    Kind.COUNT: COUNTS | COUNTS.map(str) | st.integers(1, 40).map(lambda digits: "9" * digits),
    Kind.DATE: DATES,
    Kind.TEXT: TEXTS,
}


def is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and str(int(text)) == text


def is_date(text: str) -> bool:
    try:
        return text.isascii() and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def spaced(text: str) -> bool:
    return text != text.strip(XML_SPACE)


def put_into(values: st.SearchStrategy[str], odd: str) -> st.SearchStrategy[str]:
    """Insert a special character somewhere into a valid value."""

    def put(text: str, letter: str, at: int) -> str:
        return text[:at] + letter + text[at:]

    return st.builds(put, values, st.sampled_from(odd), st.integers(0, 10))


NEAR_COUNTS = st.one_of(
    put_into(COUNTS.map(str), "+-_.,eE 0x%½٣５²𝟙\u00a0\u0085\u2003\u200b\ufeff"),
    st.text("0123456789+-_.,e ٣５\u00a0", max_size=6),
    TEXTS,
)
NEAR_DATES = st.one_of(
    st.builds(
        "{:04}-{:02}-{:02}".format, st.integers(0, 9_999), st.integers(0, 13), st.integers(0, 32)
    ),
    st.builds("{:04}-02-29".format, st.integers(1, 9_999)),
    st.builds("{}{}".format, DATES, st.sampled_from(["Z", "T00:00:00", "+05:00", "\u00a0", "٣"])),
    put_into(DATES, "-+0129/.T ٣５\u2010\u00a0\u0085"),
    TEXTS,
)
FRACTIONS = st.builds(
    lambda whole, part: whole + part / 16, st.integers(-99, 99), st.integers(1, 15)
)
WRONG: Mapping[Kind, st.SearchStrategy[object]] = {
    Kind.COUNT: st.one_of(
        NEAR_COUNTS.filter(lambda text: not is_count(text) and not spaced(text)),
        st.integers(max_value=-1),
        FRACTIONS,
    ),
    Kind.DATE: st.one_of(
        NEAR_DATES.filter(lambda text: not is_date(text) and not spaced(text)), st.integers()
    ),
}

# --- Changes of an overview -----------------------------------------------------------------------

KNOWN = {field.name: field.kind for field in FIELDS}
SPELLINGS = (
    str.upper,
    str.capitalize,
    lambda name: name.title().replace("_", ""),
    lambda name: name.replace("_", "-") + "-",
    lambda name: f"{name}s",
    lambda name: f"total_{name}",
)
ADDITIONS = st.sampled_from(["status", "code", "id", "Überschrift", "a.b-c", "results"])
SECOND_SPELLINGS = st.sampled_from(["Message", "Errors"])
BESIDE = {
    "message": st.sampled_from(["error", "success", ""]),
    "errors": st.lists(TEXTS, max_size=2),
}


@st.composite
def overviews(draw: st.DrawFn) -> Document:
    """An overview without a change, with one or with several."""
    members: dict[str, object] = {name: draw(RIGHT[kind]) for name, kind in KNOWN.items()}
    done = draw_faults(draw, members) if draw(st.booleans()) else []
    is_ = Is.NEITHER if done else Is.OVERVIEW
    if draw(st.booleans()):
        name = draw(ADDITIONS | SECOND_SPELLINGS)
        members[name] = draw(TEXTS | st.just(NESTED) | st.lists(TEXTS, min_size=1))
        is_ = is_ if done else Is.ADDED_OVERVIEW
    return draw(arranged(members, is_, done, in_overview=True))


def draw_faults(draw: st.DrawFn, members: dict[str, object]) -> list[str]:
    """Make some fields invalid, and put `message` and `errors` beside them."""
    done = []
    for name in draw(st.lists(st.sampled_from(list(KNOWN)), max_size=3, unique=True)):
        value = members.pop(name)
        how = draw(st.sampled_from(["missing", "misspelt", "nested", "listed", "wrong"]))
        if how == "misspelt":
            members[draw(st.sampled_from(SPELLINGS))(name)] = value
        elif how == "nested":
            members[name] = draw(st.sampled_from([NESTED, {name: value}]))
        elif how == "listed":
            members[name] = [value]
        elif how == "wrong":
            members[name] = draw(WRONG.get(KNOWN[name], st.just(NESTED)))
        done.append(f"{name} {how}")
    for name in draw(st.sampled_from([(), (), ("message",), ("errors",), ("message", "errors")])):
        members[name] = draw(BESIDE[name])
        done.append(f"{name} beside")
    return done


@st.composite
def arranged(
    draw: st.DrawFn, members: dict[str, object], is_: Is, done: list[str], in_overview: bool
) -> Document:
    """Put the members in any order, and sometimes one level too deep."""
    members = {name: members[name] for name in draw(st.permutations(list(members)))}
    if draw(st.integers(0, 9)) == 9:
        members, is_ = {draw(ADDITIONS | st.just("result")): members}, Is.NEITHER
        done = [*done, "wrapped"]
    return Document(members, is_, tuple(done), in_overview)


# --- Changes of errors ----------------------------------------------------------------------------

FULL_TEXTS = TEXTS.filter(str.strip)  # only the reader checks that a text is empty
WRONG_ITEMS = st.sampled_from([NESTED, ["nested"], {"error": "nested"}])
MESSAGES = st.sampled_from(
    ["Error", "ERROR", "errors", " error", "error\n", "\u0435rror", "", NESTED]
)


@st.composite
def error_lists(draw: st.DrawFn) -> Document:
    """An error envelope without a change, with one or with several."""
    texts = st.lists(FULL_TEXTS, min_size=1, max_size=4)
    members: dict[str, object] = {"message": "error", "errors": draw(texts)}
    done = draw_error_faults(draw, members) if draw(st.booleans()) else []
    is_ = Is.NEITHER if done else Is.ERRORS
    if draw(st.booleans()):
        # If the valid name is present, another spelling of it is only an addition.
        names = ADDITIONS if done else ADDITIONS | SECOND_SPELLINGS
        members[draw(names)] = draw(TEXTS | st.just(NESTED))
        is_ = is_ if done else Is.ADDED_ERRORS
    return draw(arranged(members, is_, done, in_overview=False))


def draw_error_faults(draw: st.DrawFn, members: dict[str, object]) -> list[str]:
    """Make `message` or `errors` invalid, and put fields beside them."""
    done = []
    for name in draw(st.lists(st.sampled_from(list(members)), max_size=2, unique=True)):
        value = members.pop(name)
        how = draw(st.sampled_from(["missing", "misspelt", "wrong"]))
        if how == "misspelt":
            members[draw(st.sampled_from(SPELLINGS))(name)] = value
        elif how == "wrong":
            members[name] = draw(MESSAGES if name == "message" else wrong_lists())
        done.append(f"{name} {how}")
    for field in draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
        members[field.name] = draw(RIGHT[field.kind] | st.just(NESTED))
        done.append(f"{field.name} beside")
    return done


def wrong_lists() -> st.SearchStrategy[object]:
    """Invalid values of `errors`: a text, an empty list, or a list with an item that is no text."""
    items = st.lists(FULL_TEXTS, max_size=2)
    mixed = st.builds(
        lambda before, wrong, after: [*before, wrong, *after], items, WRONG_ITEMS, items
    )
    return TEXTS | st.just([]) | mixed


# --- Neither an overview nor errors ---------------------------------------------------------------

NAMES = st.sampled_from([*KNOWN, "message", "overview", "result", "error", "data"])
VALUES = st.recursive(
    TEXTS | COUNTS,
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=2),
    max_leaves=20,
)
TREES = st.dictionaries(NAMES, VALUES, max_size=6)


def documents() -> st.SearchStrategy[Document]:
    """Everything that both formats can express, valid and invalid."""
    anything = TREES.map(lambda members: Document(members, Is.NEITHER, ("anything",)))
    return st.one_of(overviews(), overviews(), error_lists(), error_lists(), anything)
