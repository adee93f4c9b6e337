"""Caches, sessions and lockouts: responses that depend on earlier calls."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from itertools import count

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Reference, Response
from reseller_conformance.requirements import (
    CONSISTENCY_COUNTERS,
    CONSISTENCY_FORMATS,
    ERRORS_DETERMINISTIC,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    ISOLATION_SEQUENCE,
    READABLE_FORMAT,
    REJECTS_COMBINED,
    REJECTS_TASK_EMPTY,
    REJECTS_TASK_MISSING,
    REJECTS_TASK_OTHER,
    REJECTS_TASK_SPELLING,
    REJECTS_USER_EMPTY,
    REJECTS_USER_FOREIGN,
    REJECTS_USER_MISSING,
    REJECTS_USER_UNKNOWN,
    REQUEST_ENCODING,
    REQUEST_ORDER,
    REQUEST_SEPARATORS,
    REQUEST_SPECIAL_TEXT,
    REQUEST_UNDOCUMENTED,
    SUCCESS_RETURNED,
    Requirement,
)

from .due import EMPTY, MISSING, OURS, RIGHT, STATES, WRONG, Parameters, accepting
from .registry import ACCOUNTS, fault

Given = dict[str, str]
Key = Callable[[Format, Given], Hashable]


class Caching(Reference):
    """Repeats an earlier response to calls that have the same key."""

    def __init__(self, key: Key, keep: Callable[[Response], bool], times: int = 100_000) -> None:
        super().__init__(ACCOUNTS)
        self.key, self.keep, self.times = key, keep, times
        self.kept: dict[Hashable, list[Response]] = {}

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        if len(dict(parameters)) < len(parameters):
            return super().answer(wanted, parameters)
        key = self.key(wanted, dict(parameters))
        with suppress(KeyError, IndexError):
            return self.kept[key].pop()
        response = super().answer(wanted, parameters)
        if self.keep(response):
            self.kept[key] = [response] * self.times
        return response


def overviews(response: Response) -> bool:
    return response.status == 200


def errors(response: Response) -> bool:
    return response.status >= 400


def without(*forgotten: str) -> Key:
    """Distinguish calls by all parameters except these."""

    def key(wanted: Format, given: Given) -> Hashable:
        kept = [(name, given.get(name)) for name in PARAMETERS if name not in forgotten]
        return (None if "format" in forgotten else wanted, *kept)

    return key


CREDENTIALS = ("api_user", "api_key")
WRITTEN = (REQUEST_ORDER, REQUEST_ENCODING, REQUEST_UNDOCUMENTED, REQUEST_SEPARATORS)
OF_TASK = (REJECTS_TASK_MISSING, REJECTS_TASK_EMPTY, REJECTS_TASK_OTHER, REJECTS_TASK_SPELLING)
OF_USER = (REJECTS_USER_MISSING, REJECTS_USER_EMPTY, REJECTS_USER_UNKNOWN, REJECTS_USER_FOREIGN)


def of(parameter: str) -> tuple[Requirement, ...]:
    return (MISSING[parameter], EMPTY[parameter], WRONG[parameter])


FORGETFUL: dict[str, tuple[tuple[str, ...], Requirement, tuple[Requirement, ...]]] = {
    "the_key": (("api_key",), ISOLATION_SEQUENCE, (*of("api_key"), REQUEST_SPECIAL_TEXT)),
    "the_reseller": (("api_user",), ISOLATION_SEQUENCE, (*of("api_user"), REQUEST_SPECIAL_TEXT)),
    "both_credentials": (
        CREDENTIALS,
        ISOLATION_SEQUENCE,
        (*of("api_user"), *of("api_key"), REJECTS_COMBINED, REQUEST_SPECIAL_TEXT),
    ),
    "the_task": (("task",), ISOLATION_SEQUENCE, (*OF_TASK, REQUEST_SPECIAL_TEXT)),
    "the_user": (
        ("user",),
        ISOLATION_CUSTOMERS,
        (ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, *OF_USER, *WRITTEN, REQUEST_SPECIAL_TEXT),
    ),
    "all_but_the_user": (
        (*CREDENTIALS, "task"),
        ISOLATION_SEQUENCE,
        (*of("api_user"), *of("api_key"), *OF_TASK, REJECTS_COMBINED, REQUEST_SPECIAL_TEXT),
    ),
    "the_format": (("format",), READABLE_FORMAT, ()),
}
for _name, (_forgotten, _fails, _also) in FORGETFUL.items():
    fault(
        fails=_fails,
        also=_also,
        name=f"cache_forgets_{_name}",
        description=f"a cache of overviews does not look at {' and '.join(_forgotten)}",
    )(lambda forgotten=_forgotten: Caching(without(*forgotten), overviews))

for _parameter in PARAMETERS:
    for _times in (1, 3):
        fault(
            fails=ISOLATION_CUSTOMERS if _parameter == "user" else ISOLATION_SEQUENCE,
            also=(
                CONSISTENCY_COUNTERS,
                *(ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, CONSISTENCY_FORMATS),
                *(
                    REQUEST_SPECIAL_TEXT,
                    *WRITTEN,
                    *{"task": OF_TASK, "user": OF_USER}.get(_parameter, of(_parameter)),
                ),
            ),
            family=f"cache_for_{_times}",
            name=f"cache_forgets_{_parameter}_for_{_times}",
            description=f"a cache that does not look at {_parameter} serves {_times} more calls",
        )(
            lambda forgotten=_parameter, times=_times: Caching(
                without(forgotten), overviews, times=times
            )
        )


def folding(parameter: str) -> Key:
    """Distinguish calls by all parameters, but ignore the letter case of this one."""

    def key(wanted: Format, given: Given) -> Hashable:
        folded = given | {parameter: given.get(parameter, "").lower()}
        return without()(wanted, folded)

    return key


fault(
    fails=WRONG["api_key"],
    also=(ISOLATION_SEQUENCE,),
    name="cache_folds_the_key",
    description="a cache of overviews does not look at the letter case of the key",
)(lambda: Caching(folding("api_key"), overviews))
fault(
    fails=REJECTS_TASK_SPELLING,
    name="cache_folds_the_task",
    description="a cache of overviews does not look at the letter case of the task",
)(lambda: Caching(folding("task"), overviews))


def cut(length: int) -> Key:
    """Distinguish calls only by the beginning of the query."""

    def key(wanted: Format, given: Given) -> Hashable:
        return wanted, "&".join(f"{name}={value}" for name, value in given.items())[:length]

    return key


@fault(
    fails=ISOLATION_CUSTOMERS,
    also=(
        *(ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, *OF_USER, *WRITTEN, REQUEST_SPECIAL_TEXT),
        # in another order, the key ends before other parameters
        *(REJECTS_COMBINED, *OF_TASK, *of("api_user"), *of("api_key")),
    ),
)
def cache_with_short_keys() -> Reference:
    """A cache looks at the first 62 characters of the query, which end before the user."""
    return Caching(cut(62), overviews)


@fault(fails=REJECTS_USER_UNKNOWN, also=(ISOLATION_SEQUENCE,))
def cache_with_keys_of_a_column() -> Reference:
    """A cache looks at the first 20 characters of the user."""
    return Caching(lambda f, g: without()(f, g | {"user": g.get("user", "")[:20]}), overviews)


@fault(fails=ISOLATION_CUSTOMERS, also=(ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, *OF_USER))
def cache_with_a_weak_hash() -> Reference:
    """A cache looks at a hash of the user that is the same for the second and fourth customer."""
    return Caching(
        lambda f, g: without()(f, g | {"user": str(len(g.get("user", "").partition("@")[0]) // 9)}),
        overviews,
    )


for _name, _forgotten in {
    "the_key": ("api_key",),
    "the_reseller": ("api_user",),
    "the_task": ("task",),
    "the_credentials": CREDENTIALS,
    "all_but_the_user": (*CREDENTIALS, "task"),
}.items():
    fault(
        fails=SUCCESS_RETURNED,
        also=(ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, ISOLATION_CUSTOMERS, *WRITTEN),
        name=f"cache_of_errors_forgets_{_name}",
        description=f"a cache of errors does not look at {' and '.join(_forgotten)}",
    )(lambda forgotten=_forgotten: Caching(without(*forgotten), errors))

# --- Sessions ------------------------------------------------------------------------------------


class AfterSuccess(Reference):
    """The reference until a call succeeds, and then another implementation."""

    def __init__(self, then: Reference, calls: int = 10**9) -> None:
        super().__init__(ACCOUNTS)
        self.then, self.calls, self.left = then, calls, 0

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        if self.left > 0:
            self.left -= 1
            response = self.then.answer(wanted, parameters)
        else:
            response = super().answer(wanted, parameters)
        if super().answer(wanted, parameters).status == 200:
            self.left = self.calls
        return response


for _parameter in PARAMETERS:
    for _state, (_said, _fails, _accepts) in STATES.items():
        _also = () if _state != "unknown" else (REQUEST_SPECIAL_TEXT,)
        if (_parameter, _state) == ("task", "unknown"):
            _also = (REJECTS_TASK_SPELLING, *_also)
        if (_parameter, _state) == ("user", "unknown"):
            _also = (REJECTS_USER_FOREIGN, *_also)
        fault(
            fails=_fails[_parameter],
            also=(ISOLATION_SEQUENCE, *_also),
            family=f"{_state}_after_a_success",
            name=f"{_parameter}_{_state}_accepted_after_a_success",
            description=f"{_parameter} {_said} once a call has succeeded",
        )(
            lambda parameter=_parameter, accepts=_accepts: AfterSuccess(
                accepting(**{parameter: accepts})()
            )
        )
        fault(
            fails=ISOLATION_SEQUENCE,
            also=(_fails[_parameter], ISOLATION_CONCURRENCY, ERRORS_DETERMINISTIC, *_also),
            family=f"{_state}_right_after_a_success",
            name=f"{_parameter}_{_state}_accepted_right_after_a_success",
            description=f"{_parameter} {_said} in the call after one that succeeded",
        )(
            lambda parameter=_parameter, accepts=_accepts: AfterSuccess(
                accepting(**{parameter: accepts})(), calls=1
            )
        )


class Sticky(Reference):
    """A missing parameter has the value of the last successful call."""

    def __init__(self, *names: str) -> None:
        super().__init__(ACCOUNTS)
        self.names = names
        self.last: Given = {}

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        given = dict(parameters)
        missing = [(n, self.last[n]) for n in self.names if n not in given and n in self.last]
        response = super().answer(wanted, [*parameters, *missing])
        if response.status == 200:
            self.last = {**given, **dict(missing)}
        return response


fault(
    fails=REJECTS_USER_MISSING,
    also=(ISOLATION_SEQUENCE,),
    name="last_user_is_remembered",
    description="a call without user is about the user of the call before",
)(lambda: Sticky("user"))
fault(
    fails=MISSING["api_key"],
    also=(MISSING["api_user"], REJECTS_COMBINED, ISOLATION_SEQUENCE),
    name="last_credentials_are_remembered",
    description="a call without credentials is made with those of the call before",
)(lambda: Sticky("api_user", "api_key"))
fault(
    fails=MISSING["api_key"],
    also=(*MISSING.values(), REJECTS_COMBINED, ISOLATION_SEQUENCE),
    name="last_parameters_are_remembered",
    description="missing parameters are taken from the call before",
)(lambda: Sticky(*PARAMETERS))

# --- Lockouts ------------------------------------------------------------------------------------


class LockedOut(Reference):
    """After this many errors of one kind, calls are refused for a while."""

    def __init__(self, wrong: str, most: int, calls: int) -> None:
        super().__init__(ACCOUNTS)
        self.wrong, self.most, self.calls = wrong, most, calls
        self.met, self.left = count(1), 0

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        given = dict(parameters)
        if self.left > 0:
            self.left -= 1
            given = {}
        elif given.get(self.wrong) not in RIGHT[self.wrong] and next(self.met) % self.most == 0:
            self.left = self.calls
        return super().answer(wanted, parameters if given else [])


for _wrong, _most, _calls in (
    ("user", 5, 10**9),
    ("task", 1, 1),
):
    fault(
        fails=SUCCESS_RETURNED if _wrong == "user" else ISOLATION_SEQUENCE,
        also=(
            *(SUCCESS_RETURNED, ISOLATION_SEQUENCE, ERRORS_DETERMINISTIC, *WRITTEN),
            *(ISOLATION_CONCURRENCY, ISOLATION_CUSTOMERS),
        ),
        name=f"locked_out_after_{_most}_wrong_{_wrong}",
        description=f"after {_most} calls with an invalid {_wrong}, valid ones are refused",
    )(lambda wrong=_wrong, most=_most, calls=_calls: LockedOut(wrong, most, calls))


class FailingOpen(Reference):
    """The check of the key stops after this many invalid ones."""

    def __init__(self, most: int) -> None:
        super().__init__(ACCOUNTS)
        self.most, self.met = most, count(1)

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        key = dict(parameters).get("api_key")
        if key and key != OURS.api_key and next(self.met) > self.most:
            parameters = [*(p for p in parameters if p[0] != "api_key"), ("api_key", OURS.api_key)]
        return super().answer(wanted, parameters)


for _most in (3, 10, 50):
    fault(
        fails=WRONG["api_key"],
        also=(ISOLATION_SEQUENCE, ISOLATION_CONCURRENCY, REQUEST_SPECIAL_TEXT),
        name=f"any_key_after_{_most}_wrong_ones",
        description=f"after {_most} invalid keys, any is accepted",
    )(lambda most=_most: FailingOpen(most))
