"""Fields that are missing, doubled, misspelt, null, or of another kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reseller_conformance.contract import FIELDS, Field, Format, Kind
from reseller_conformance.requirements import (
    BOTH,
    SUCCESS_COUNTS,
    SUCCESS_DATES,
    SUCCESS_FIELDS,
    SUCCESS_NO_DUPLICATES,
    SUCCESS_NO_EXTRAS,
    SUCCESS_PACKAGE,
    Requirement,
)

from .registry import JSON, XML, fault
from .writing import Change, Fields, Literal, rewritten

KIND = {
    Kind.COUNT: SUCCESS_COUNTS,
    Kind.DATE: SUCCESS_DATES,
    Kind.TEXT: SUCCESS_PACKAGE,
}

COUNTS = [field for field in FIELDS if field.kind is Kind.COUNT]
DATES = [field for field in FIELDS if field.kind is Kind.DATE]


def seed(
    family: str,
    field: Field,
    description: str,
    change: Change,
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
) -> None:
    """Register a change of the fields, named after the field and the formats that show it."""
    where = "" if formats == BOTH else f"_in_{formats[0]}"
    fault(
        fails=fails,
        also=also,
        formats=formats,
        family=family,
        name=f"{field.name}_{family}{where}",
        description=f"{field.name}: {description}",
    )(rewritten(change))


def without(name: str) -> Change:
    return lambda fields: [pair for pair in fields if pair[0] != name]


def renamed(old: str, new: str) -> Change:
    return lambda fields: [(new if name == old else name, value) for name, value in fields]


def doubled(wanted: str, value_of: Callable[[str], str]) -> Change:
    def change(fields: Fields) -> Fields:
        again = [(name, value_of(value)) for name, value in fields if name == wanted]
        return [*fields, *again]

    return change


def exchanged(wanted: str, write: Callable[[str], str]) -> Change:
    return lambda fields: [
        (name, write(value) if name == wanted else value) for name, value in fields
    ]


# --- The name ------------------------------------------------------------------------------------

MISSPELT = {
    "reputation": "reputaton",
    "requests": "request",
    "package": "package_name",
    "credits_allowed": "creditsAllowed",
    "credits_used": "credits-used",
    "credits_remain": "credits_remaining",
    "credits_overage": "credit_overage",
    "billing_start_date": "billing_startdate",
    "billing_end_date": "billingEndDate",
    "billing_process_date": "billing_processing_date",
}

for _field in FIELDS:
    for _formats in (BOTH, JSON, XML):
        seed(
            "missing",
            _field,
            "left out",
            without(_field.name),
            fails=SUCCESS_FIELDS,
            formats=_formats,
        )
    for _formats in (JSON, XML):
        seed(
            "twice",
            _field,
            "is twice with one value",
            doubled(_field.name, lambda value: value),
            fails=SUCCESS_NO_DUPLICATES,
            formats=_formats,
        )
        seed(
            "twice_differing",
            _field,
            "is twice, the second time with another value of its kind",
            doubled(_field.name, lambda value: "2001-01-01" if "-" in value else "7"),
            fails=SUCCESS_NO_DUPLICATES,
            formats=_formats,
        )
        seed(
            "misspelt",
            _field,
            f"called {MISSPELT[_field.name]}",
            renamed(_field.name, MISSPELT[_field.name]),
            fails=SUCCESS_FIELDS,
            also=(SUCCESS_NO_EXTRAS,),
            formats=_formats,
        )
        seed(
            "capitalized",
            _field,
            "its name begins with a capital",
            renamed(_field.name, _field.name.capitalize()),
            fails=SUCCESS_FIELDS,
            also=(SUCCESS_NO_EXTRAS,),
            formats=_formats,
        )

# --- The kind of value ---------------------------------------------------------------------------

JSON_KINDS = {
    "null": "null",
    "true": "true",
    "false": "false",
    "list": '["100"]',
    "empty_list": "[]",
    "object": '{"value": "100"}',
    "empty_object": "{}",
}
XML_KINDS = {
    "nested": "<value>{}</value>",
    "beside_an_element": "{}<unit>x</unit>",
    "around_an_element": "{}<br/>",
}

for _field in FIELDS:
    for _family, _literal in JSON_KINDS.items():
        seed(
            _family,
            _field,
            f"{_literal} in place of a value",
            exchanged(_field.name, lambda _, literal=_literal: Literal(literal)),
            fails=KIND[_field.kind],
            formats=JSON,
        )
    for _family, _literal in XML_KINDS.items():
        seed(
            _family,
            _field,
            f"written {_literal.format('…')}",
            exchanged(
                _field.name,
                lambda value, literal=_literal: Literal(
                    literal.format("1" if "&" in value else value)
                ),
            ),
            fails=KIND[_field.kind],
            formats=XML,
        )
    if _field.kind is not Kind.TEXT:
        seed(
            "empty",
            _field,
            "empty",
            exchanged(_field.name, lambda _: ""),
            fails=KIND[_field.kind],
        )
        seed(
            "null_as_a_word",
            _field,
            "the word null",
            exchanged(_field.name, lambda _: "null"),
            fails=KIND[_field.kind],
        )

for _literal in ("5", "5.5", "-1"):
    seed(
        f"number_{_literal}",
        FIELDS[2],
        f"the number {_literal}",
        exchanged("package", lambda _, literal=_literal: Literal(literal)),
        fails=SUCCESS_PACKAGE,
        formats=JSON,
    )

# --- The form of a count -------------------------------------------------------------------------


def digits(zero: str) -> Callable[[str], str]:
    """Write the digits that start with this zero."""
    return lambda value: "".join(chr(ord(zero) + int(digit)) for digit in value)


COUNT_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "signed": ("with a plus", lambda v: f"+{v}"),
    "negative": ("below nothing", lambda v: f"-{v}"),
    "padded": ("with a leading zero", lambda v: f"0{v}"),
    "padded_to_forty": ("filled up with zeros", lambda v: v.zfill(40)),
    "grouped": ("with commas between thousands", lambda v: f"{int(v) + 1000:,}"),
    "grouped_by_dots": (
        "with dots between thousands",
        lambda v: f"{int(v) + 1000:,}".replace(",", "."),
    ),
    "grouped_by_spaces": (
        "with spaces between thousands",
        lambda v: f"{int(v) + 1000:,}".replace(",", " "),
    ),
    "grouped_by_nbsp": (
        "with no-break spaces between thousands",
        lambda v: f"{int(v) + 1000:,}".replace(",", "\u00a0"),
    ),
    "underscored": ("with underscores between thousands", lambda v: f"{int(v) + 1000:_}"),
    "decimal": ("with a decimal place", lambda v: f"{v}.0"),
    "two_decimals": ("with two decimal places", lambda v: f"{v}.00"),
    "pointed": ("with a decimal point and nothing after it", lambda v: f"{v}."),
    "exponent": ("with an exponent", lambda v: f"{int(v):.4e}"),
    "capital_exponent": ("with an exponent after a capital E", lambda v: f"{v}E0"),
    "hexadecimal": ("in hexadecimal", lambda v: hex(int(v))),
    "arabic": ("in Arabic digits", digits("٠")),
    "devanagari": ("in Devanagari digits", digits("०")),
    "fullwidth": ("in full-width digits", digits("０")),
    "superscript": ("with a superscript", lambda v: f"{v}²"),
    "with_unit": ("with a unit after it", lambda v: f"{v} credits"),
    "with_percent": ("with a percent sign", lambda v: f"{v}%"),
    "in_words": ("unlimited", lambda _: "unlimited"),
    "not_a_number": ("NaN as text", lambda _: "NaN"),
    "no_break_space_after": ("with a no-break space after it", lambda v: f"{v}\u00a0"),
    "zero_width_space": ("with a zero-width space before it", lambda v: f"\u200b{v}"),
    "halves": ("with a space in it", lambda v: f"{v} {v}"),
    "long": ("with the L of a Java literal", lambda v: f"{v}L"),
    "octal": ("in octal", lambda v: oct(int(v))),
}
JSON_COUNT_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "space_before": ("with a space before it", lambda v: f" {v}"),
    "space_after": ("with a space after it", lambda v: f"{v} "),
    "newline_after": ("with a newline after it", lambda v: f"{v}\n"),
    "tab_before": ("with a tab before it", lambda v: f"\t{v}"),
    "number_with_fraction": ("the number 5.5", lambda _: Literal("5.5")),
    "number_as_double": ("a double, as PHP and Java write it", lambda v: Literal(f"{v}.0")),
    "number_with_exponent": ("a number with an exponent", lambda v: Literal(f"{v}e0")),
    "number_below_zero": ("a number below zero", lambda v: Literal(f"-{int(v) + 1}")),
    "number_minus_zero": ("minus zero", lambda _: Literal("-0")),
    "number_too_large_for_a_double": ("1e400", lambda _: Literal("1e400")),
}

for _number, (_family, (_said, _write)) in enumerate(COUNT_FORMS.items()):
    for _place, _field in enumerate(COUNTS):
        seed(
            _family,
            _field,
            _said,
            exchanged(_field.name, _write),
            fails=SUCCESS_COUNTS,
            formats=(BOTH, JSON, XML)[(_number + _place) % 3],
        )
for _family, (_said, _write) in JSON_COUNT_FORMS.items():
    for _field in COUNTS:
        seed(
            _family,
            _field,
            _said,
            exchanged(_field.name, _write),
            fails=SUCCESS_COUNTS,
            formats=JSON,
        )

# --- The form of a date --------------------------------------------------------------------------


def parts(pattern: str) -> Callable[[str], str]:
    """Write year, month and day by this pattern."""

    def write(value: str) -> str:
        year, month, day = value.split("-")
        return pattern.format(y=year, m=month, d=day, yy=year[2:], M=int(month), D=int(day))

    return write


DATE_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "with_time": ("with a time", parts("{y}-{m}-{d} 00:00:00")),
    "with_iso_time": ("with a time after a T", parts("{y}-{m}-{d}T00:00:00")),
    "with_time_and_zone": ("with a time in UTC", parts("{y}-{m}-{d}T00:00:00Z")),
    "with_milliseconds": ("with milliseconds", parts("{y}-{m}-{d}T00:00:00.000Z")),
    "with_z": ("with a zone", parts("{y}-{m}-{d}Z")),
    "with_offset": ("with an offset", parts("{y}-{m}-{d}+00:00")),
    "slashed": ("with slashes", parts("{y}/{m}/{d}")),
    "american": ("month first", parts("{m}/{d}/{y}")),
    "german": ("day first, with dots", parts("{d}.{m}.{y}")),
    "day_first": ("day first, with hyphens", parts("{d}-{m}-{y}")),
    "two_digit_year": ("with a year of two digits", parts("{yy}-{m}-{d}")),
    "five_digit_year": ("with a year of five digits", parts("1{y}-{m}-{d}")),
    "year_before_christ": ("with a sign before the year", parts("-{y}-{m}-{d}")),
    "unpadded": ("a month of one digit", parts("{y}-8-{d}")),
    "unpadded_day": ("a day of one digit", parts("{y}-{m}-8")),
    "compact": ("without hyphens", parts("{y}{m}{d}")),
    "in_words": ("with the month as a word", parts("Aug {D}, {y}")),
    "rfc_2822": ("as in mail headers", parts("Mon, {d} Aug {y} 00:00:00 +0000")),
    "timestamp": ("seconds since 1970", lambda _: "1283126400"),
    "of_week": ("a week and a day", parts("{y}-W35-1")),
    "of_year": ("a day of the year", parts("{y}-242")),
    "month_only": ("without a day", parts("{y}-{m}")),
    "zero": ("MySQL's zero date", lambda _: "0000-00-00"),
    "month_13": ("in the thirteenth month", parts("{y}-13-{d}")),
    "month_0": ("in month nought", parts("{y}-00-{d}")),
    "day_0": ("on day nought", parts("{y}-{m}-00")),
    "day_32": ("on the thirty-second", parts("{y}-{m}-32")),
    "april_31": ("on the thirty-first of April", parts("{y}-04-31")),
    "february_30": ("on the thirtieth of February", parts("{y}-02-30")),
    "february_29": ("on a leap day of a common year", lambda _: "2011-02-29"),
    "february_29_1900": ("on a leap day of 1900, as spreadsheets have it", lambda _: "1900-02-29"),
    "arabic": ("in Arabic digits", lambda v: v.translate({48 + n: 0x660 + n for n in range(10)})),
    "fullwidth": (
        "in full-width digits",
        lambda v: v.translate({48 + n: 0xFF10 + n for n in range(10)}),
    ),
    "true_hyphens": ("with Unicode's hyphens", lambda v: v.replace("-", "\u2010")),
    "en_dashes": ("with dashes", lambda v: v.replace("-", "\u2013")),
    "never": ("the word never", lambda _: "never"),
    "spaced": ("with spaces in it", parts("{y} - {m} - {d}")),
    "two": ("two dates", lambda v: f"{v} {v}"),
}
JSON_DATE_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "space_before": ("with a space before it", lambda v: f" {v}"),
    "newline_after": ("with a newline after it", lambda v: f"{v}\n"),
    "number": ("a number of seconds", lambda _: Literal("1283126400")),
    "number_compact": ("a number of eight digits", lambda v: Literal(v.replace("-", ""))),
    "number_zero": ("the number 0", lambda _: Literal("0")),
    "microsoft": ("as Microsoft's JSON has it", lambda _: Literal('"\\/Date(1283126400000)\\/"')),
    "mongo": ("as MongoDB's JSON has it", lambda v: Literal(f'{{"$date": "{v}T00:00:00Z"}}')),
}

for _number, (_family, (_said, _write)) in enumerate(DATE_FORMS.items()):
    for _place, _field in enumerate(DATES):
        seed(
            _family,
            _field,
            _said,
            exchanged(_field.name, _write),
            fails=SUCCESS_DATES,
            formats=(BOTH, JSON, XML)[(_number + _place) % 3],
        )
for _family, (_said, _write) in JSON_DATE_FORMS.items():
    for _field in DATES:
        seed(
            _family,
            _field,
            _said,
            exchanged(_field.name, _write),
            fails=SUCCESS_DATES,
            formats=JSON,
        )
