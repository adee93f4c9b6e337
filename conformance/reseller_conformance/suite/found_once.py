"""What extra calls have shown of a target, kept so that these calls are made once.

`causes`, `rereadings` and `client_profiles` make them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reseller_conformance.contract import Format
from reseller_conformance.requirements import Requirement

if TYPE_CHECKING:
    from reseller_conformance.suite.client_profiles import ClientProfiles
    from reseller_conformance.suite.repetition import Failure

__all__ = ["FoundOnce"]


@dataclass(slots=True)
class FoundOnce:
    """What was found out so far about one target."""

    races: dict[Format, bool] = field(default_factory=dict)
    """Whether concurrent calls fail that pass in turn."""
    intermittent: dict[tuple[Requirement, Format], Sequence[Failure]] = field(default_factory=dict)
    """What violates a requirement now and then."""
    mixed_up: dict[Format, Sequence[Failure]] = field(default_factory=dict)
    """Valid calls that got another account, or an error, and pass when they are made alone."""
    jitters: dict[int, bool] = field(default_factory=dict)
    """Whether the reputation of a customer goes up and down, by place."""
    client_profiles: dict[Format, ClientProfiles] = field(default_factory=dict)
    """The responses to the client profiles."""
