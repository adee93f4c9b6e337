"""Customers of other resellers, and several invalid parameters together, that are accepted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, combinations

from reseller_conformance.contract import PARAMETERS
from reseller_conformance.reference import Account, Reference, Refusal, Reseller
from reseller_conformance.requirements import (
    BOTH,
    REJECTS_COMBINED,
    REJECTS_USER_FOREIGN,
    REQUEST_ARRAY,
    REQUEST_SPECIAL_TEXT,
)

from .due import MISSING, OURS, RIGHT, STATES, Accepts, Parameters, accepting
from .registry import (
    JSON,
    XML,
    every,
    fault,
    sent,
    suffix,
    variant,
)

# --- Customers of other resellers ----------------------------------------------------------------


def anybody(self: Reference, reseller: Reseller, user: str) -> Account | None:
    known = chain.from_iterable(other.customers for other in self.accounts.resellers)
    return next((account for account in known if account.user == user), None)


for _formats in (BOTH, JSON, XML):
    fault(
        fails=REJECTS_USER_FOREIGN,
        formats=_formats,
        name=f"foreign_customer_shown{suffix(_formats)}",
        description="customers of other resellers are shown too",
        instead_of=Reference.find_customer,
    )(anybody)

fault(
    fails=REJECTS_USER_FOREIGN,
    name="foreign_customer_shown_each_third_time",
    description="each third call for a customer of another reseller gets a response",
    instead_of=Reference.find_customer,
    when=every(3, of=lambda: lambda request: sent(request).get("user") not in RIGHT["user"]),
)(anybody)


@fault(fails=REJECTS_USER_FOREIGN, instead_of=Reference.find_customer)
def foreign_customer_answered_with_the_first(
    self: Reference, reseller: Reseller, user: str
) -> Account | None:
    """A customer of another reseller gets the first customer of this reseller."""
    own = reseller.customer(user)
    return own or (reseller.customers[0] if anybody(self, reseller, user) else None)


# --- Several invalid parameters together ---------------------------------------------------------

TOGETHER = [some for size in (2, 3, 4) for some in combinations(PARAMETERS, size)]
UNKNOWN: Accepts = STATES["unknown"][2]
MIXED: dict[str, Accepts] = {state: accepts for state, (_, _, accepts) in STATES.items()}

for _some in TOGETHER:
    for _state, _accepts in MIXED.items():
        fault(
            fails=REJECTS_COMBINED,
            also=(REQUEST_SPECIAL_TEXT,) if _state == "unknown" else (),
            family=f"together_{_state}",
            name=f"{'_and_'.join(_some)}_{_state}_together_accepted",
            description=f"{', '.join(_some)} may be {_state}, if all of them are",
        )(accepting(**dict.fromkeys(_some, _accepts)))
for _first, _second in combinations(PARAMETERS, 2):
    for _one, _other in (("missing", "empty"), ("missing", "unknown"), ("unknown", "empty")):
        fault(
            fails=REJECTS_COMBINED,
            formats=(JSON, XML)[len(_first + _one) % 2],
            family=f"{_one}_beside_{_other}",
            name=f"{_first}_{_one}_beside_{_second}_{_other}_accepted",
            description=f"{_first} may be {_one} if {_second} is {_other}",
        )(accepting(**{_first: MIXED[_one], _second: MIXED[_other]}))


@fault(fails=REJECTS_COMBINED, instead_of=Reference.look_up)
def nobody_without_a_key(self: Reference, parameters: Parameters) -> Account | Refusal:
    """An unknown api_user has no key, so that a call without a key is accepted."""
    given = dict(parameters)
    keys = {reseller.api_user: reseller.api_key for reseller in self.accounts.resellers}
    if keys.get(given.get("api_user", "")) == given.get("api_key"):
        rest = [pair for pair in parameters if not pair[0].startswith("api_")]
        parameters = [*rest, ("api_user", OURS.api_user), ("api_key", OURS.api_key)]
    return Reference.look_up(self, parameters)


@fault(fails=REJECTS_COMBINED, instead_of=Reference.look_up)
def an_even_number_of_errors_is_none(self: Reference, parameters: Parameters) -> Account | Refusal:
    """Each check negates the verdict of the one before it, so that two errors cancel each other."""
    right = {name: values[0] for name, values in RIGHT.items()}
    given = dict(parameters)
    wrong = [name for name in PARAMETERS if given.get(name) not in RIGHT[name]]
    simple = len(parameters) == len(given) and set(given) <= set(PARAMETERS)
    if simple and wrong and len(wrong) % 2 == 0:
        parameters = list((right | given | {name: right[name] for name in wrong}).items())
    return Reference.look_up(self, parameters)


@fault(fails=REJECTS_COMBINED, instead_of=Reference.look_up)
def a_bare_call_is_a_demonstration(self: Reference, parameters: Parameters) -> Account | Refusal:
    """A call without any parameters shows an example of an overview."""
    if not parameters:
        return OURS.customers[0]
    return Reference.look_up(self, parameters)


@fault(fails=REJECTS_COMBINED, instead_of=Reference.look_up)
def foreign_customer_with_a_wrong_key(self: Reference, parameters: Parameters) -> Account | Refusal:
    """A customer of another reseller is shown to calls with an invalid key."""
    given, found = dict(parameters), Reference.look_up(self, parameters)
    foreign = anybody(self, OURS, given.get("user", ""))
    if (
        foreign
        and foreign not in OURS.customers
        and given.get("api_key", OURS.api_key) != OURS.api_key
    ):
        return foreign
    return found


# --- Operators and arrays in names ---------------------------------------------------------------


def named(parameter: str, form: str) -> Callable[[], Reference]:
    """Make a reference that accepts a parameter with this form of name as the valid one."""

    def look_up(self: Reference, parameters: Parameters) -> Account | Refusal:
        name = f"{parameter}{form}"
        if name in dict(parameters) and parameter not in dict(parameters):
            # a database reads all operators of a parameter as one condition
            others = [pair for pair in parameters if pair[0].partition("[")[0] != parameter]
            parameters = [*others, (parameter, RIGHT[parameter][0])]
        return Reference.look_up(self, parameters)

    return variant(look_up=look_up)


for _parameter in PARAMETERS:
    for _form in ("[$ne]", "[$gt]", "[$regex]"):
        fault(
            fails=MISSING[_parameter],
            family="operator",
            name=f"{_parameter}_{_form.strip('[$]')}_operator_accepted",
            description=f"{_parameter}{_form}=… is passed to the database as an operator",
        )(named(_parameter, _form))
    fault(
        fails=MISSING[_parameter],
        also=(REQUEST_ARRAY,),
        family="array",
        name=f"{_parameter}_array_accepted",
        description=f"{_parameter}[]=… equals any value, as with PHP's strcmp",
    )(named(_parameter, "[]"))
