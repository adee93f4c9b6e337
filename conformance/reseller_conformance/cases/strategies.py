"""Hypothesis strategies for calls of the account overview, for this suite and for others.

They draw `Case` values, which hold no secret and can be printed, and the texts in them. A case says
itself which envelope it expects.
"""

from __future__ import annotations

import string
from itertools import chain, permutations, product
from operator import itemgetter
from typing import Any, cast

from hypothesis import strategies as st

from reseller_conformance.cases.case import Case, Encoding
from reseller_conformance.cases.mutations import COMMON_INVALID, EMPTY, State, Text, Value
from reseller_conformance.cases.texts import SPECIAL_TEXTS
from reseller_conformance.contract import PARAMETERS, Format

__all__ = ["right_cases", "special_texts", "text_cases", "undocumented_cases", "wrong_cases"]

_ORDERS = tuple(permutations(PARAMETERS))
_NAME = string.ascii_lowercase + string.digits + "_-"

# Some of each kind of writing, the simplest first: all of them old in Unicode, none a control.
_RANGES = (
    *(range(0x30, 0x7F), range(0x20, 0x30)),  # ASCII
    *(range(0xA0, 0x250), range(0x1E00, 0x1F00)),  # Latin, with what looks like it
    *(range(0x250, 0x370), range(0x1AB0, 0x1ABF)),  # phonetic, and combining marks
    *(range(0x391, 0x3A1), range(0x3A3, 0x530)),  # Greek, Coptic, Cyrillic
    *(range(0x5D0, 0x5EB), range(0x620, 0x700)),  # from right to left: Hebrew, Arabic
    *(range(0x904, 0x93A), range(0xE01, 0xE3B), range(0x10D0, 0x10FB)),  # Indic, Thai, Georgian
    *(range(0x2000, 0x2065), range(0x20A0, 0x20BE), range(0x2190, 0x2300)),  # signs and spaces
    *(range(0x2500, 0x2700), range(0x3000, 0x3040), range(0x3041, 0x3097), range(0x30A0, 0x3100)),
    *(range(0x4E00, 0x5000), range(0xAC00, 0xAD00), range(0xE000, 0xE080)),  # CJK, private use
    *(range(0xFB00, 0xFB07), range(0xFE00, 0xFE10), range(0xFF01, 0xFF5F)),  # forms of others
    *(range(0x10300, 0x10320), range(0x1D400, 0x1D455), range(0x1F300, 0x1F650)),  # plane 1
    *(range(0x20000, 0x20080), range(0xE0100, 0xE01F0), range(0x100000, 0x100080)),  # and others
)
_CHARACTERS = "".join(map(chr, chain.from_iterable(_RANGES)))

_STAND_INS = 0xF0000


def _texts(characters: str, longest: int) -> st.SearchStrategy[str]:
    """Texts of 1 to `longest` of these characters, of which the first are the simplest.

    Hypothesis mixes strings into its texts that stand in the modules around it. Those are the
    host's own, passwords among them, and no server's business: so it is given characters for
    private use to draw from, in which nobody writes, and the text is made of what they stand for.
    """
    last = _STAND_INS + len(characters) - 1
    stand_ins = st.characters(min_codepoint=_STAND_INS, max_codepoint=last)
    meant = dict(enumerate(characters, _STAND_INS))
    texts = st.text(stand_ins, min_size=1, max_size=longest)
    return texts.map(lambda text: text.translate(meant))


def special_texts() -> st.SearchStrategy[str]:
    """Texts of 1 to 255 characters that XML 1.0 can carry, and that nobody is called by.

    Long ones are among the fixed texts. Control characters and noncharacters are left out, because
    no server has to accept them (specification, section 4). Plain words and numbers are left out
    too: on a live account one of them may be a customer.
    """
    fixed = [text for text in SPECIAL_TEXTS if not _is_plain(text)]
    return _texts(_CHARACTERS, 40).map(_special) | st.sampled_from(fixed)


def _special(text: str) -> str:
    return f"{text}'" if _is_plain(text) else text


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _states(parameter: str) -> st.SearchStrategy[Value]:
    """A state of a parameter: valid, invalid and special texts about equally often."""
    invalid = (*EMPTY, *COMMON_INVALID[parameter])
    # One choice. A union of three strategies would be three.
    return st.sampled_from((*(State.VALID,) * len(invalid), *invalid, *map(Text, SPECIAL_TEXTS)))


def wrong_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Calls with one or more invalid parameters, in any order and encoding: expects an error."""
    states = st.tuples(*map(_states, PARAMETERS))
    valid = (State.VALID,) * len(PARAMETERS)
    invalid = states.filter(lambda states: states != valid)
    return _cases(
        format, customers, invalid.map(lambda states: dict(zip(PARAMETERS, states, strict=True)))
    )


def text_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Valid calls with a special text as the value of one parameter: expects an error."""
    invalid = st.tuples(st.sampled_from(PARAMETERS), special_texts().map(Text))
    return _cases(format, customers, invalid.map(lambda pair: dict([pair])))


def right_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Valid calls, in any order and encoding: expects an overview."""
    return _cases(format, customers, st.just({}))


def undocumented_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Valid calls with parameters that the API docs do not name."""
    extra = st.lists(
        st.tuples(_texts(_NAME, 20).map(_undocumented), special_texts()),
        min_size=1,
        max_size=3,
        unique_by=itemgetter(0),
    )
    made = st.tuples(st.integers(0, customers - 1), extra)
    return made.map(lambda made: Case(format, customer=made[0], extra=tuple(made[1])))


def _undocumented(name: str) -> str:
    return f"{name}_" if name in PARAMETERS else name


def _cases(
    format: Format, customers: int, states: st.SearchStrategy[dict[str, Value]]
) -> st.SearchStrategy[Case]:
    # one choice where there could be three: each costs Hypothesis as much as a call
    ways = st.sampled_from(list(product(range(customers), _ORDERS, Encoding)))

    def case(made: tuple[dict[str, Value], tuple[int, tuple[str, ...], Encoding]]) -> Case:
        states, (customer, order, encoding) = made
        # typed for all the fields of Case, of which the parameters are four
        named = cast("dict[str, Any]", states)
        return Case(format, customer=customer, order=order, encoding=encoding, **named)

    return st.tuples(states, ways).map(case)
