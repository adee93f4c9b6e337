"""Hypothesis strategies for calls of the account overview, for this suite and for others.

They generate `Case` values, which hold no secret and can be printed, and the texts in them. What a
case calls for is its own `expected`; asking it is left to `client`.
"""

from __future__ import annotations

import string
from itertools import permutations
from operator import itemgetter
from typing import cast

from hypothesis import strategies as st

from reseller_conformance.cases import Case, Encoding
from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.states import EMPTY, WRONG, State, Text, Value
from reseller_conformance.texts import ODD_TEXTS

__all__ = ["odd_texts", "right_cases", "text_cases", "undocumented_cases", "wrong_cases"]

_ORDERS = tuple(permutations(PARAMETERS))  # one choice an example; `st.permutations` makes three
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))


def odd_texts() -> st.SearchStrategy[str]:
    """Texts of 1 to 255 characters that XML 1.0 can carry, and that nobody is called by.

    Long ones are among the fixed texts. Control characters and noncharacters are left out, for
    nobody need answer them (specification, section 4), and so are plain words and numbers: on a
    live account one of them may be a customer.
    """
    texts = st.text(_CHARACTERS, min_size=1, max_size=40) | st.sampled_from(ODD_TEXTS)
    return texts.filter(lambda text: not (text.isascii() and text.isalnum()))


def _states(parameter: str) -> st.SearchStrategy[Value]:
    wrong = st.sampled_from((*EMPTY, *WRONG[parameter]))
    return st.just(State.VALID) | wrong | odd_texts().map(Text)


def wrong_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Calls with one or more wrong parameters, in any order and encoding: an error is due."""
    return _cases(format, customers, {name: _states(name) for name in PARAMETERS}).filter(
        lambda case: bool(case.wrong)
    )


def text_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Calls with an odd text as the value of one parameter, the others right: an error is due."""
    # not `flatmap`, which would make and check a strategy for each example
    return st.one_of(
        *(_cases(format, customers, {name: odd_texts().map(Text)}) for name in PARAMETERS)
    )


def right_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Right calls, in any order and encoding: an overview is due."""
    return _cases(format, customers, {})


def undocumented_cases(format: Format, customers: int = 1) -> st.SearchStrategy[Case]:
    """Right calls with parameters that the page does not name."""
    names = st.text(string.ascii_lowercase + string.digits + "_-", min_size=1, max_size=20)
    extra = st.tuples(names.filter(lambda name: name not in PARAMETERS), odd_texts())
    return st.builds(
        Case,
        format=st.just(format),
        customer=st.integers(0, customers - 1),
        extra=st.lists(extra, min_size=1, max_size=3, unique_by=itemgetter(0)).map(tuple),
    )


def _cases(
    format: Format, customers: int, states: dict[str, st.SearchStrategy[Value]]
) -> st.SearchStrategy[Case]:
    parts: dict[str, st.SearchStrategy[object]] = {
        **states,
        "format": st.just(format),
        "customer": st.integers(0, customers - 1),
        "order": st.sampled_from(_ORDERS),
        "encoding": st.sampled_from(Encoding),
    }
    return cast("st.SearchStrategy[Case]", st.builds(Case, **parts))
