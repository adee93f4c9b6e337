"""The sequences of calls that are still to be sent. A row that is full puts one back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reseller_conformance.cases.case import Case

__all__ = ["RemainingCalls"]


class RemainingCalls:
    """Sequences of calls that are still to be sent; one may be put back."""

    def __init__(self, sequences: Iterable[Sequence[Case]]) -> None:
        """Start with all of them."""
        self._sequences = iter(sequences)
        self._returned: list[Sequence[Case]] = []

    def __iter__(self) -> Iterator[Sequence[Case]]:
        """Return this, which is its own iterator."""
        return self

    def __next__(self) -> Sequence[Case]:
        """Return the next sequence."""
        return self._returned.pop() if self._returned else next(self._sequences)

    def put_back(self, sequence: Sequence[Case]) -> None:
        """Have this sequence be the next one."""
        self._returned.append(sequence)

    def __bool__(self) -> bool:
        """Return whether any is left."""
        for sequence in self:
            self.put_back(sequence)
            return True
        return False
