"""The order of a run: named stages, those first whose calls reveal most for their number.

A run sends the stages in this order, as one pipeline. What one stage has sent, no later one sends
again. Calls with wrong credentials may lock an account: all but a few of them go last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.depth import Depth
from reseller_conformance.cases.mutations import EMPTY, State, Text
from reseller_conformance.cases.plan import Plan
from reseller_conformance.cases.risks import names_account
from reseller_conformance.cases.texts import UNLOCKING
from reseller_conformance.contract import PARAMETERS, Format

__all__ = [
    "CLIENTS",
    "CREDENTIALS",
    "CROWDS",
    "CUSTOMERS",
    "DOCUMENTED",
    "EXAMPLES",
    "FORMATS",
    "SEQUENCES",
    "STAGES",
    "Examples",
    "Stage",
    "staged",
]

Examples = Callable[[Format], Iterable[Case]]
"""What Hypothesis adds in a format."""

Sequences = Callable[[Plan, Sequence[Format]], Iterable[list[Case]]]


def _nothing(_plan: Plan, _formats: Sequence[Format]) -> Iterable[list[Case]]:
    return ()


SAMPLED_STATES = (
    ("user", State.FOREIGN),
    ("api_key", State.PREFIX),
    ("user", State.PREFIX),
    ("api_user", State.PREFIX),
    ("task", State.PREFIX),
    ("api_key", State.SUFFIX),
    ("user", State.SUFFIX),
    ("task", State.STATS),
    ("user", State.INJECTION),
    ("api_key", State.OTHER_CASE),
    ("user", State.WILDCARD),
    ("api_key", State.INJECTION),
    ("task", State.SUFFIX),
    ("api_user", State.INJECTION),
)
"""Mutations that stand for many: the formats take turns with them."""

SAMPLED_TEXTS = tuple(
    map(Text, ("'", '"', "<", "&", "\\", "%", "é", "漢字", "\U0001f600", "x" * 255))
)
"""Special texts that break most servers that break at all."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run: its name, what it is for, and its calls.

    The calls of one sequence are sent one after the other. `in_turn` says that nothing else is in
    flight meanwhile, and `after_controls` that control calls are made before. `own_account` says
    that valid calls are compared with the documented one, and are left out for a customer whose
    documented call brings no overview. `may_defer` says that calls with wrong credentials are left
    to the last stage: few go before. `smoke_purpose` is what a smoke run sends of it.
    """

    name: str
    purpose: str
    sequences: Sequences = _nothing
    in_turn: bool = False
    after_controls: bool = False
    own_account: bool = False
    may_defer: bool = True
    smoke_purpose: str = ""

    def purpose_at(self, depth: Depth) -> str:
        """Return what the stage is for at this depth."""
        return (depth is Depth.SMOKE and self.smoke_purpose) or self.purpose


def _alternating(make: Callable[[Plan, Format], Iterable[Case]]) -> Sequences:
    """Return these calls of each format, the formats by turns, each call as a sequence."""

    def sequences(plan: Plan, formats: Sequence[Format]) -> Iterable[list[Case]]:
        by_turns = zip_longest(*(make(plan, format) for format in formats))
        return ([case] for cases in by_turns for case in cases if case is not None)

    return sequences


def _documented(plan: Plan, format: Format) -> list[Case]:
    first, *others = plan.documented(format)
    if plan.depth is Depth.SMOKE:
        return [first, *others]
    return [first, *plan.cold_cache_probes(format), *others]


def _both_formats(plan: Plan, formats: Sequence[Format]) -> list[list[Case]]:
    if len(formats) < len(Format):
        return []
    return [plan.alternating_formats(customer) for customer in range(plan.customers)]


def _customers_in_turn(plan: Plan, formats: Sequence[Format]) -> list[list[Case]]:
    return [plan.round_robin(format) for format in formats]


def _invalid(plan: Plan, format: Format) -> list[Case]:
    if plan.depth is Depth.SMOKE:
        return plan.plainest_invalid(format)
    states = (*EMPTY, State.UNKNOWN)
    return [
        case
        for name in PARAMETERS
        for case in plan.single(format, name, states)
        if case.customer == 0
    ]


def _samples(plan: Plan, format: Format) -> list[Case]:
    states = plan.share(format, SAMPLED_STATES)
    texts = [case for case in plan.texts(format) if case.user in SAMPLED_TEXTS]
    return [
        *(case for name, state in states for case in plan.single(format, name, (state,))[:1]),
        *plan.share(format, tuple(texts)),
        *plan.orders(format)[1:3],
        *plan.encodings(format)[:1],
        *(case for case in plan.undocumented(format) if case.extra[0] in UNLOCKING[:2]),
        *plan.repeated_parameters(format)[:2],
        *plan.arrays(format)[:1],
        *plan.clients(format)[:3],
    ]


def _errors(plan: Plan, format: Format) -> list[Case]:
    first = [calls[0] for calls in plan.repeated_calls(format)]
    return [*first, *filter(_only_lacks, plan.combined(format))]


def _only_lacks(case: Case) -> bool:
    return all(case.state(name) is State.MISSING for name in case.invalid)


def _writing(plan: Plan, format: Format) -> list[Case]:
    return [
        *plan.orders(format),
        *plan.encodings(format),
        *plan.undocumented(format),
        *plan.repeated_parameters(format),
        *plan.arrays(format),
        *plan.post(format),
        *plan.separators(format),
        *plan.malformed(format),
        *plan.header_injections(format),
    ]


def _clients(plan: Plan, format: Format) -> list[Case]:
    return [*plan.clients(format), *plan.head(format)]


def _texts(plan: Plan, format: Format) -> list[Case]:
    return plan.texts(format)


def _near_misses(plan: Plan, format: Format) -> list[Case]:
    return plan.singles(format)


def _detours(plan: Plan, format: Format) -> list[Case]:
    return [*plan.spellings(format), *plan.detours(format), *plan.foreign_beside_own(format)]


def _combinations(plan: Plan, format: Format) -> list[Case]:
    return plan.combined(format)


def _sequences(plan: Plan, formats: Sequence[Format]) -> Iterator[list[Case]]:
    for format in formats:
        yield plan.cache_probes(format)


def _crowds(plan: Plan, formats: Sequence[Format]) -> Iterator[list[Case]]:
    for format in formats:
        cases = chain(plan.concurrent_mix(format), *plan.repeated_calls(format))
        yield from ([case] for case in cases if case.format in formats)


DOCUMENTED = Stage(
    "documented",
    "A few calls that must be refused, then the documented call for each customer in each format.",
    _alternating(_documented),
    may_defer=False,
    smoke_purpose="The documented call for one or two customers in each format.",
)

FORMATS = Stage(
    "formats",
    "Each customer in both formats, one after the other: both must show the same account.",
    _both_formats,
    own_account=True,
)

CUSTOMERS = Stage(
    "customers",
    "All customers, one call at a time: each must get its own account.",
    _customers_in_turn,
    in_turn=True,
    own_account=True,
)

CLIENTS = Stage(
    "clients",
    "The documented call and one error as common HTTP clients send them, and as HEAD.",
    _alternating(_clients),
    own_account=True,
)

SEQUENCES = Stage(
    "sequences",
    "Valid and invalid calls, one at a time: no response may depend on an earlier call.",
    _sequences,
    in_turn=True,
    after_controls=True,
    own_account=True,
    may_defer=False,
)

CROWDS = Stage(
    "crowds",
    "Calls for several customers at once, and earlier invalid calls once more.",
    _crowds,
    own_account=True,
    may_defer=False,
)

EXAMPLES = Stage("examples", "Special texts and undocumented parameters that Hypothesis draws.")

CREDENTIALS = Stage(
    "credentials",
    "All other calls with invalid credentials: they come last because they may lock an account.",
)

STAGES: tuple[Stage, ...] = (
    DOCUMENTED,
    FORMATS,
    CUSTOMERS,
    Stage(
        "invalid",
        "Each parameter missing, empty and unknown, once in each format.",
        _alternating(_invalid),
        smoke_purpose="A missing task, a missing user and an unknown user, once in each format.",
    ),
    Stage(
        "errors",
        "Several parameters missing at once, to see the form of errors that list more than one.",
        _alternating(_errors),
    ),
    Stage(
        "samples",
        "One call of each kind that the next stages send in full.",
        _alternating(_samples),
        own_account=True,
    ),
    Stage(
        "writing",
        "The request written in other ways: order, encoding, undocumented and repeated parameters.",
        _alternating(_writing),
    ),
    CLIENTS,
    Stage(
        "texts",
        "Special texts as values: quotes, markup, any script, what looks like an attack.",
        _alternating(_texts),
    ),
    Stage(
        "near-misses",
        "Values that are nearly valid: prefixes, patterns, injections, another letter case.",
        _alternating(_near_misses),
    ),
    Stage(
        "detours",
        "Invalid credentials and a foreign customer in calls that might get around the check.",
        _alternating(_detours),
    ),
    Stage(
        "combinations",
        "Several invalid parameters in one call, of which one may hide another.",
        _alternating(_combinations),
    ),
    SEQUENCES,
    CROWDS,
    EXAMPLES,
    CREDENTIALS,
)
"""The stages of a run, in the order in which they are sent."""

SMOKE_STAGES = tuple(stage for stage in STAGES if stage.name in ("documented", "invalid"))
"""The stages of `--depth smoke`."""


def staged(
    plan: Plan, formats: Sequence[Format], examples: Examples
) -> Iterator[tuple[Stage, list[Case]]]:
    """Yield each sequence of calls with its stage, in the order in which they are sent."""
    deferred: list[Case] = []
    # a lock after three calls with wrong credentials must not keep all else from being tested
    probed = any(plan.cold_cache_probes(format) for format in formats)
    early = set() if probed else {Case(format, api_key=State.UNKNOWN) for format in formats}
    stages = SMOKE_STAGES if plan.depth is Depth.SMOKE else STAGES
    for stage in stages:
        sequences = stage.sequences(plan, formats)
        if stage is EXAMPLES:
            sequences = _alternating(lambda _, format: examples(format))(plan, formats)
        for sequence in sequences:
            if stage.may_defer and any(names_account(c) and c not in early for c in sequence):
                deferred += sequence
            else:
                yield stage, sequence
    yield from ((CREDENTIALS, [case]) for case in deferred)
