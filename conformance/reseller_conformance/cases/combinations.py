"""Several invalid parameters in one call: which parameters, in which states.

`plan` makes calls of these rows, and says which depth sends which of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from reseller_conformance.cases.mutations import COMMON_INVALID, EMPTY, State, Trait, Value
from reseller_conformance.contract import PARAMETERS

__all__ = [
    "FOREIGN_AND_INVALID",
    "Row",
    "every_kind",
    "is_plain",
    "mixed_states",
    "pairs_of_kinds",
    "pairs_of_states",
    "same_state",
]

Row = dict[str, Value]
"""The state of each parameter that a row is about."""

FOREIGN_AND_INVALID: tuple[Row, ...] = tuple(
    {"user": State.FOREIGN, name: state}
    for name, state in (
        ("api_key", State.UNKNOWN),
        ("api_key", State.MISSING),
        ("api_user", State.UNKNOWN),
        ("task", State.UNKNOWN),
    )
)
"""A foreign customer and one more invalid parameter."""

# In combinations, the states of one class take turns.
_KINDS: dict[str, tuple[tuple[State, ...], ...]] = {
    name: (
        *((state,) for state in (State.VALID, *EMPTY, State.UNKNOWN)),
        *(
            tuple(state for state in COMMON_INVALID[name] if trait in state.traits)
            for trait in (Trait.AFFIX, Trait.PATTERN)
        ),
    )
    for name in PARAMETERS
}


def is_plain(row: Row) -> bool:
    """Return True if all of these parameters are missing, empty or unknown."""
    return all(state in (*EMPTY, State.UNKNOWN) for state in row.values())


def same_state(states: Sequence[State], sizes: Sequence[int]) -> Iterator[Row]:
    """Yield every set of so many parameters, all in the same state."""
    for state in states:
        for size in sizes:
            for names in combinations(PARAMETERS, size):
                yield dict.fromkeys(names, state)


def mixed_states(states: Sequence[State]) -> Iterator[Row]:
    """Yield every set of as many parameters as states, each parameter in a state of its own."""
    for names in combinations(PARAMETERS, len(states)):
        for turn in range(len(states)):
            yield dict(zip(names, (*states[turn:], *states[:turn]), strict=True))


def pairs_of_kinds() -> Iterator[Row]:
    """Yield every two parameters invalid in every two kinds, the others valid.

    A third invalid parameter could hide that two of them are accepted together.
    """
    for first, second in combinations(PARAMETERS, 2):
        kinds = product(_KINDS[first][1:], _KINDS[second][1:])
        for turn, (one, other) in enumerate(kinds):
            yield {first: one[turn % len(one)], second: other[turn % len(other)]}


def pairs_of_states() -> Iterator[Row]:
    """Yield every two parameters in every two common invalid states."""
    for first, second in combinations(PARAMETERS, 2):
        for one, other in product(
            (*EMPTY, *COMMON_INVALID[first]), (*EMPTY, *COMMON_INVALID[second])
        ):
            yield {first: one, second: other}


def every_kind() -> Iterator[Row]:
    """Yield every combination of kinds of all four parameters."""
    for turn, kinds in enumerate(product(*(_KINDS[name] for name in PARAMETERS))):
        yield {name: kind[turn % len(kind)] for name, kind in zip(PARAMETERS, kinds, strict=True)}
