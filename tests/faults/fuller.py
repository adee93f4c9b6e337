"""Error envelopes with too much, with too little, or with a changing number of messages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from reseller_conformance.contract import FIELDS, Format
from reseller_conformance.reference import Reference, Refusal, Response
from reseller_conformance.requirements import (
    BOTH,
    ERRORS_DETERMINISTIC,
    ERRORS_NO_ACCOUNT_FIELDS,
    ERRORS_NO_EMPTY_TEXT,
    ERRORS_NO_EXTRAS,
)

from .errors import MESSAGE, USUAL, in_json, in_xml
from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    fault,
    variant,
)

# --- More than is documented, or less ------------------------------------------------------------

for _name, _extra in {
    "a_code": {"code": 401},
    "a_status": {"status": 400},
    "a_time": {"timestamp": "2010-08-30T00:00:00Z"},
    "null": {"data": None},
    "success_false": {"success": False},
    "a_trace": {"trace": ["overview.php:12"]},
    "an_error": {"error": "Bad request"},
    "a_request": {"request_id": "7f3a"},
}.items():
    in_json(
        f"with_{_name}_more",
        lambda e, extra=_extra: {"message": "error", "errors": e, **extra},
        ERRORS_NO_EXTRAS,
    )
in_xml("with_a_code_more", f"<result>{USUAL}<code>401</code></result>", ERRORS_NO_EXTRAS)
in_xml("with_an_empty_element_more", f"<result>{USUAL}<data/></result>", ERRORS_NO_EXTRAS)
in_xml("with_an_attribute", f'<result version="1">{USUAL}</result>', ERRORS_NO_EXTRAS)
in_xml(
    "with_codes", f"<result>{USUAL}</result>", ERRORS_NO_EXTRAS, each='<error code="4">{}</error>'
)
in_xml(
    "with_a_count", f'<result>{MESSAGE}<errors count="1">{{}}</errors></result>', ERRORS_NO_EXTRAS
)
in_xml(
    "with_a_typed_message",
    '<result><message type="string">error</message><errors>{}</errors></result>',
    ERRORS_NO_EXTRAS,
)
in_xml(
    "with_a_note_in_the_list",
    f"<result>{USUAL}</result>",
    ERRORS_NO_EXTRAS,
    each="<error>{}</error><note>x</note>",
)

for _formats in (BOTH, JSON, XML):
    _where = "" if _formats == BOTH else f"_in_{_formats[0]}"
    for _name, _change in {
        "empty": lambda errors: [""] * len(errors),
        "empty_after_another": lambda errors: [*errors, ""],
        "empty_before_another": lambda errors: ["", *errors],
    }.items():
        fault(
            fails=ERRORS_NO_EMPTY_TEXT,
            formats=_formats,
            family=f"error_text_{_name}",
            name=f"error_text_{_name}{_where}",
            description=f"an error text is {_name.replace('_', ' ')}",
        )(
            variant(
                refuse=lambda self, wanted, refusal, change=_change: Reference.refuse(
                    self, wanted, replace(refusal, errors=tuple(change(refusal.errors)))
                )
            )
        )

# --- Account fields beside the error -------------------------------------------------------------

ACCOUNT = ACCOUNTS.resellers[0].customers[0]
VALUES = {field.name: str(getattr(ACCOUNT, field.name)) for field in FIELDS}

in_json(
    "with_the_account",
    lambda e: {"message": "error", "errors": e, **VALUES},
    ERRORS_NO_ACCOUNT_FIELDS,
)
in_json(
    "after_the_account",
    lambda e: {**VALUES, "message": "error", "errors": e},
    ERRORS_NO_ACCOUNT_FIELDS,
)
in_json(
    "with_the_account_as_null",
    lambda e: {"message": "error", "errors": e, **dict.fromkeys(VALUES)},
    ERRORS_NO_ACCOUNT_FIELDS,
)
for _field in FIELDS:
    in_json(
        f"with_{_field.name}",
        lambda e, name=_field.name: {"message": "error", "errors": e, name: VALUES[name]},
        ERRORS_NO_ACCOUNT_FIELDS,
    )
    in_xml(
        f"with_{_field.name}",
        f"<result>{USUAL}<{_field.name}>{VALUES[_field.name]}</{_field.name}></result>",
        ERRORS_NO_ACCOUNT_FIELDS,
    )
FIELDS_IN_XML = "".join(f"<{name}>{value}</{name}>" for name, value in VALUES.items())
in_xml(
    "with_the_account",
    f"<result>{USUAL}<overview>{FIELDS_IN_XML}</overview></result>",
    ERRORS_NO_ACCOUNT_FIELDS,
)
in_xml(
    "after_the_account",
    f"<result><overview>{FIELDS_IN_XML}</overview>{USUAL}</result>",
    ERRORS_NO_ACCOUNT_FIELDS,
)
in_xml("with_the_fields", f"<result>{USUAL}{FIELDS_IN_XML}</result>", ERRORS_NO_ACCOUNT_FIELDS)

# --- The number of messages changes --------------------------------------------------------------


def counted(number: Callable[[int], int]) -> Callable[[], Reference]:
    """Make a reference whose nth refusal has `number(n)` additional messages."""

    def make() -> Reference:
        calls = count()

        def refuse(self: Reference, wanted: Format, refusal: Refusal) -> Response:
            more = ("Try again later.",) * number(next(calls))
            return Reference.refuse(self, wanted, replace(refusal, errors=refusal.errors + more))

        return variant(refuse=refuse)()

    return make


for _formats in (BOTH, JSON, XML):
    _where = "" if _formats == BOTH else f"_in_{_formats[0]}"
    for _name, _number in {
        "alternating": lambda at: at % 2,
        "growing": lambda at: min(at, 200),
        "of_three_workers": lambda at: at % 3 == 0,
        "changing_once": lambda at: at > 150,
    }.items():
        fault(
            fails=ERRORS_DETERMINISTIC,
            formats=_formats,
            family=f"error_count_{_name}",
            name=f"error_count_{_name}{_where}",
            description=f"the number of messages is {_name.replace('_', ' ')}",
        )(counted(_number))


@fault(fails=ERRORS_DETERMINISTIC, instead_of=Reference.refuse)
def error_count_random(self: Reference, wanted: Format, refusal: Refusal) -> Response:
    """The number of messages is random."""
    more = ("Try again later.",) * random.randrange(4)
    return Reference.refuse(self, wanted, replace(refusal, errors=refusal.errors + more))
