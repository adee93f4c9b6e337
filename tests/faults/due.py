"""Invalid calls that are accepted: each parameter, missing, empty, unknown, or spelt otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reseller_conformance.contract import PARAMETERS, TASK
from reseller_conformance.reference import Account, Reference, Refusal
from reseller_conformance.requirements import (
    BOTH,
    REJECTS_API_KEY_EMPTY,
    REJECTS_API_KEY_MISSING,
    REJECTS_API_KEY_WRONG,
    REJECTS_API_USER_EMPTY,
    REJECTS_API_USER_MISSING,
    REJECTS_API_USER_WRONG,
    REJECTS_TASK_EMPTY,
    REJECTS_TASK_MISSING,
    REJECTS_TASK_OTHER,
    REJECTS_TASK_SPELLING,
    REJECTS_USER_EMPTY,
    REJECTS_USER_FOREIGN,
    REJECTS_USER_MISSING,
    REJECTS_USER_UNKNOWN,
    REQUEST_SPECIAL_TEXT,
    Requirement,
)

from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    about,
    fault,
    suffix,
    variant,
)

OURS = ACCOUNTS.resellers[0]

Parameters = Sequence[tuple[str, str]]
Accepts = Callable[[str | None, str], bool]
"""Whether a sent value (None if it is missing) is accepted in place of this valid one."""

MISSING = {
    "task": REJECTS_TASK_MISSING,
    "user": REJECTS_USER_MISSING,
    "api_user": REJECTS_API_USER_MISSING,
    "api_key": REJECTS_API_KEY_MISSING,
}
EMPTY = {
    "task": REJECTS_TASK_EMPTY,
    "user": REJECTS_USER_EMPTY,
    "api_user": REJECTS_API_USER_EMPTY,
    "api_key": REJECTS_API_KEY_EMPTY,
}
WRONG = {
    "task": REJECTS_TASK_OTHER,
    "user": REJECTS_USER_UNKNOWN,
    "api_user": REJECTS_API_USER_WRONG,
    "api_key": REJECTS_API_KEY_WRONG,
}
RIGHT = {
    "task": [TASK],
    "user": [customer.user for customer in OURS.customers],
    "api_user": [OURS.api_user],
    "api_key": [OURS.api_key],
}


def accepting(**accepted: Accepts) -> Callable[[], Reference]:
    """Make a reference that accepts some values as valid, and then responds normally."""

    def look_up(self: Reference, parameters: Parameters) -> Account | Refusal:
        taken = {name: taken_for(name, parameters) for name in accepted}
        if all(value is not None for value in taken.values()):
            others = [(name, value) for name, value in parameters if name not in taken]
            parameters = [*others, *((name, value or "") for name, value in taken.items())]
        return Reference.look_up(self, parameters)

    def taken_for(name: str, parameters: Parameters) -> str | None:
        values = [value for key, value in parameters if key == name]
        if len(values) > 1 or (values and values[0] in RIGHT[name]):
            return None
        value = values[0] if values else None
        return next((right for right in RIGHT[name] if accepted[name](value, right)), None)

    return variant(look_up=look_up)


def given(accepts: Callable[[str, str], bool]) -> Accepts:
    """Look only at values that are not empty."""
    return lambda value, right: bool(value) and accepts(value or "", right)


# --- Missing, empty, and any value ---------------------------------------------------------------

STATES: dict[str, tuple[str, dict[str, Requirement], Accepts]] = {
    "missing": ("is not needed", MISSING, lambda value, _: value is None),
    "empty": ("may be empty", EMPTY, lambda value, _: value == ""),
    "unknown": ("may be anything that is not empty", WRONG, lambda value, _: bool(value)),
}
ALSO: dict[tuple[str, str], tuple[Requirement, ...]] = {
    ("task", "unknown"): (REJECTS_TASK_SPELLING, REQUEST_SPECIAL_TEXT),
    ("user", "unknown"): (REJECTS_USER_FOREIGN, REQUEST_SPECIAL_TEXT),
    ("api_user", "unknown"): (REQUEST_SPECIAL_TEXT,),
    ("api_key", "unknown"): (REQUEST_SPECIAL_TEXT,),
}

for _parameter in PARAMETERS:
    for _state, (_said, _fails, _accepts) in STATES.items():
        for _formats in (BOTH, JSON, XML):
            fault(
                fails=_fails[_parameter],
                also=ALSO.get((_parameter, _state), ()),
                formats=_formats,
                family=_state,
                name=f"{_parameter}_{_state}_accepted{suffix(_formats)}",
                description=f"{_parameter} {_said}",
            )(accepting(**{_parameter: _accepts}))
        if _parameter != "user":
            fault(
                fails=_fails[_parameter],
                also=ALSO.get((_parameter, _state), ()),
                family=f"{_state}_for_the_second_customer",
                when=about(1),
                name=f"{_parameter}_{_state}_accepted_for_the_second_customer",
                description=f"{_parameter} {_said}, in calls about the second customer",
            )(accepting(**{_parameter: _accepts}))

# --- Spellings -----------------------------------------------------------------------------------

for _name, _said, _near in (
    ("upper_case", "in upper case", lambda v, r: v == r.upper()),
    ("any_case", "in any case", lambda v, r: v.lower() == r),
    ("capitalized", "with a capital", lambda v, r: v == r.capitalize()),
    ("space_before", "after spaces", lambda v, r: v.lstrip() == r),
    ("space_after", "before spaces", lambda v, r: v.rstrip() == r),
    ("spaces", "between spaces", lambda v, r: v.strip() == r),
):
    fault(
        fails=REJECTS_TASK_SPELLING,
        name=f"task_{_name}_accepted",
        description=f"task may be written {_said}",
    )(accepting(task=given(_near)))
