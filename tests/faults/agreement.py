"""Formats that disagree, customers that get another's account, and state that calls share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from threading import Condition

from reseller_conformance.contract import FIELDS, Format, Kind
from reseller_conformance.reference import Account, Reference, Refusal, Reseller, Response
from reseller_conformance.requirements import (
    CONSISTENCY_FORMATS,
    CONSISTENCY_WHITE_SPACE,
    ISOLATION_CONCURRENCY,
    ISOLATION_CUSTOMERS,
    VALUES_BALANCE,
    Requirement,
)

from .due import OURS, Parameters
from .registry import ACCOUNTS, JSON, XML, about, every, fault, variant

Values = Mapping[str, str]

# --- The formats disagree ------------------------------------------------------------------------


def another(kind: Kind, value: str) -> str:
    """Return another plausible value of this kind."""
    if kind is Kind.TEXT:
        return value.replace("a", "e", 1)
    if kind is Kind.COUNT:
        return str(max(int(value) - 1, 0) if int(value) > 0 else 1)
    return str(date.fromisoformat(value) - timedelta(days=1))


IN_BALANCE = ("credits_allowed", "credits_used", "credits_remain", "credits_overage")

for _field in FIELDS:
    for _formats in (JSON, XML):

        def _write(fields: Values, name: str = _field.name, kind: Kind = _field.kind) -> Values:
            changed = another(kind, fields[name])
            if name == "billing_process_date":  # a day earlier may be before the end
                changed = str(date.fromisoformat(fields[name]) + timedelta(days=1))
            return {**fields, name: changed}

        _methods = (
            {"json_overview": lambda self, v, w=_write: Reference.json_overview(self, w(v))}
            if _formats == JSON
            else {"xml_overview": lambda self, v, w=_write: Reference.xml_overview(self, w(v))}
        )
        fault(
            fails=CONSISTENCY_FORMATS,
            also=(VALUES_BALANCE,) if _field.name in IN_BALANCE else (),
            formats=_formats,
            family="disagreeing",
            name=f"{_field.name}_differs_in_{_formats[0]}",
            description=f"{_field.name} is another in {_formats[0]}",
        )(variant(**_methods))


def only_in(
    name: str,
    description: str,
    change: Callable[[Values], Values],
    formats: Sequence[Format],
    fails: Requirement = CONSISTENCY_FORMATS,
    **rest: object,
) -> None:
    methods: dict[str, Callable[..., object]] = {
        "json_overview": lambda self, values: Reference.json_overview(self, change(values)),
        "xml_overview": lambda self, values: Reference.xml_overview(self, change(values)),
    }
    fault(
        fails=fails,
        formats=formats,
        name=name,
        description=description,
        **rest,
    )(variant(**methods))


def package(change: Callable[[str], str]) -> Callable[[Values], Values]:
    return lambda values: {**values, "package": change(values["package"])}


only_in("package_in_capitals_in_xml", "package is in capitals in XML", package(str.upper), XML)
only_in(
    "package_cut_in_json",
    "package is cut at ten characters in JSON",
    package(lambda v: v[:10]),
    JSON,
)
only_in(
    "package_cut_at_a_quote_in_xml",
    "package is cut at a quote in XML",
    package(lambda v: v.partition('"')[0]),
    XML,
)
only_in(
    "package_without_spaces_in_xml",
    "spaces in package become one hyphen in XML",
    package(lambda v: v.replace(" ", "-")),
    XML,
)
for _name, _said, _change, _formats in (
    ("space_after", "has a space after it", lambda v: f"{v} ", JSON),
    ("space_before", "has a space before it", lambda v: f" {v}", XML),
    ("line", "is on a line of its own", lambda v: f"\n\t  {v}\r\n\t", XML),
    ("line_end", "ends in a line end", lambda v: f"{v}\n", JSON),
):
    only_in(
        f"package_{_name}_in_{_formats[0]}",
        f"package {_said} in {_formats[0].upper()}",
        package(_change),
        _formats,
        fails=CONSISTENCY_WHITE_SPACE,
        family="white_space",
    )
only_in(
    "package_no_break_space_in_xml",
    "package has a no-break space after it in XML",
    package(lambda v: f"{v}\N{NO-BREAK SPACE}"),
    XML,
)
only_in(
    "package_decomposed_in_json",
    "accents of package are separate characters in JSON",
    package(lambda v: v.replace("ö", "o\u0308").replace("ü", "u\u0308")),
    JSON,
)
only_in(
    "package_translated_in_xml",
    "package is in another language in XML",
    package(lambda v: v.replace("Silver Package", "Silberpaket")),
    XML,
)
only_in(
    "counts_through_doubles_in_json",
    "counts in JSON have gone through a double",
    lambda values: {n: str(int(float(v))) if v.isdecimal() else v for n, v in values.items()},
    JSON,
    also=(VALUES_BALANCE,),
)
only_in(
    "counts_of_64_bits_in_xml",
    "counts in XML end at 64 bits",
    lambda values: {
        n: str(min(int(v), 2**63 - 1)) if v.isdecimal() else v for n, v in values.items()
    },
    XML,
    also=(VALUES_BALANCE,),
)
only_in(
    "counts_of_32_bits_wrap_in_json",
    "counts in JSON wrap at 32 bits",
    lambda values: {n: str(int(v) % 2**32) if v.isdecimal() else v for n, v in values.items()},
    JSON,
    also=(VALUES_BALANCE,),
)
only_in(
    "requests_a_tenth_in_xml",
    "requests is a tenth in XML, as in the page's examples",
    lambda v: {**v, "requests": str(int(v["requests"]) // 10)},
    XML,
)
only_in(
    "requests_differ_for_the_second_customer",
    "requests of the second customer is another in XML",
    lambda v: {**v, "requests": str(int(v["requests"]) - 1)},
    XML,
    when=about(1),
)
only_in(
    "package_differs_for_the_last_customer",
    "package of the fourth customer is another in JSON",
    package(lambda _: "Default"),
    JSON,
    when=about(3),
)


def behind(account: Account) -> Account:
    """The account as it was a while ago."""
    return replace(account, requests=max(account.requests - 100, 0))


def later(account: Account) -> Account:
    """The account with the dates of another time zone."""
    day = timedelta(days=1)
    return replace(
        account,
        billing_start_date=account.billing_start_date - day,
        billing_end_date=account.billing_end_date - day,
        billing_process_date=account.billing_process_date - day,
    )


fault(
    fails=CONSISTENCY_FORMATS,
    formats=XML,
    name="xml_from_a_stale_copy",
    description="XML is read from a copy that lags",
    after=Reference.find_customer,
)(lambda account: account and behind(account))
fault(
    fails=CONSISTENCY_FORMATS,
    formats=JSON,
    name="json_in_another_zone",
    description="the dates in JSON are those of another time zone, a day earlier",
    after=Reference.find_customer,
)(lambda account: account and later(account))

# --- Customers get one another's account ---------------------------------------------------------


def mixed_up(
    name: str, description: str, place: Callable[[int], int], formats: Sequence[Format]
) -> None:
    def find_customer(self: Reference, reseller: Reseller, user: str) -> Account | None:
        names = [account.user for account in reseller.customers]
        return reseller.customers[place(names.index(user))] if user in names else None

    fault(
        fails=ISOLATION_CUSTOMERS,
        also=(CONSISTENCY_FORMATS,) if len(formats) == 1 else (),
        formats=formats,
        name=name,
        description=description,
        instead_of=Reference.find_customer,
    )(find_customer)


BOTH = (*JSON, *XML)
mixed_up(
    "everybody_is_the_first", "every customer gets the first one's overview", lambda _: 0, BOTH
)
mixed_up("everybody_is_the_last", "every customer gets the last one's overview", lambda _: -1, BOTH)
mixed_up(
    "second_is_the_first",
    "the second customer gets the first one's",
    lambda at: 0 if at == 1 else at,
    BOTH,
)
mixed_up(
    "first_is_the_second", "the first customer gets the second one's", lambda at: at or 1, BOTH
)
mixed_up(
    "third_is_the_second",
    "the third customer gets the second one's",
    lambda at: 1 if at == 2 else at,
    BOTH,
)
mixed_up("last_is_the_first", "the fourth customer gets the first one's", lambda at: at % 3, BOTH)
mixed_up(
    "last_two_are_one", "the fourth customer gets the third one's", lambda at: min(at, 2), BOTH
)
mixed_up(
    "everybody_is_the_first_in_xml", "every customer gets the first one's, in XML", lambda _: 0, XML
)
mixed_up(
    "second_is_the_first_in_json",
    "the second customer gets the first one's, in JSON",
    lambda at: 0 if at == 1 else at,
    JSON,
)


@fault(fails=ISOLATION_CUSTOMERS, instead_of=Reference.find_customer)
def everybody_is_the_sum(self: Reference, reseller: Reseller, user: str) -> Account | None:
    """Every customer gets the overview of the reseller as a whole."""
    if reseller.customer(user) is None:
        return None
    used = sum(account.credits_used for account in reseller.customers)
    return replace(reseller.customers[0], credits_used=used, credits_overage=used - 50000)


# --- State that calls share ----------------------------------------------------------------------

PAUSE = 0.003  # seconds: enough for another call to start in between


class SharedUser(Reference):
    """The customer of a call is a variable of the whole process."""

    current: Account | None = None

    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        account = super().find_customer(reseller, user)
        if account is not None:
            self.current = account
            time.sleep(PAUSE)
            account = self.current
        return account


class SharedRefusal(Reference):
    """The refusal of a call is a variable of the whole process."""

    refusal: Refusal | None = None

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        found = super().look_up(parameters)
        self.refusal = found if isinstance(found, Refusal) else None
        time.sleep(PAUSE)
        if self.refusal is not None:
            return self.refusal
        return OURS.customers[0] if isinstance(found, Refusal) else found


class SharedFields(Reference):
    """The fields are collected in one mapping of the whole process."""

    def __init__(self) -> None:
        super().__init__(ACCOUNTS)
        self.fields: dict[str, str] = {}

    def overview(self, account: Account) -> Values:
        for at, (name, value) in enumerate(super().overview(account).items()):
            self.fields[name] = value
            if at % 4 == 0:
                time.sleep(PAUSE / 3)
        return dict(self.fields)


class SharedAnswer(Reference):
    """The response is kept in a variable of the whole process until it is sent."""

    waiting: Response | None = None

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        self.waiting = super().answer(wanted, parameters)
        time.sleep(PAUSE)
        return self.waiting


class SharedKey(Reference):
    """The parameters are kept in a variable of the whole process until they are checked."""

    waiting: Parameters = ()

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        self.waiting = parameters
        time.sleep(PAUSE)
        return super().look_up(self.waiting)


class Crowded(Reference):
    """Refuses a call while another is in flight."""

    inside = 0

    def look_up(self, parameters: Parameters) -> Account | Refusal:
        self.inside += 1
        try:
            time.sleep(PAUSE)
            return super().look_up(parameters) if self.inside == 1 else Refusal(400, ("Busy.",))
        finally:
            self.inside -= 1


class MixedUp(Reference):
    """Calls that are in flight at once all get what is due to another one."""

    def __init__(self, instead: Callable[[Account, Account], Account | None]) -> None:
        """`instead` makes what a call gets from its own account and that of another customer."""
        super().__init__(ACCOUNTS)
        self.instead = instead
        self.in_flight = 0
        self.began = Condition()

    def find_customer(self, reseller: Reseller, user: str) -> Account | None:
        account = super().find_customer(reseller, user)
        if account is None:
            return None
        with self.began:
            self.in_flight += 1
            self.began.notify_all()
            # on a loaded machine too, another concurrent call begins within this time
            is_mixed_up = self.in_flight > 1 or self.began.wait(PAUSE)
            self.in_flight -= 1
        others = (one for one in reseller.customers if one != account)
        return self.instead(account, next(others)) if is_mixed_up else account


MIXED_UP: dict[str, tuple[Callable[[Account, Account], Account | None], str]] = {
    "account": (lambda _, other: other, "the account of another customer"),
    "error": (lambda *_: None, "an error"),
    "count": (
        lambda own, other: replace(own, credits_used=other.credits_used),
        "a count of another customer",
    ),
}
for _name, (_instead, _said) in MIXED_UP.items():
    fault(
        fails=ISOLATION_CONCURRENCY,
        family="shared",
        name=f"mixed_up_{_name}",
        description=f"concurrent calls always get {_said}",
    )(lambda instead=_instead: MixedUp(instead))


SHARED: dict[str, tuple[type[Reference], str]] = {
    "user": (SharedUser, "the requested account is a global variable"),
    "refusal": (SharedRefusal, "whether a call is refused is a global variable"),
    "parameters": (SharedKey, "the parameters of a call are a global variable"),
    "answer": (SharedAnswer, "the response of a call is a global variable, in both formats"),
}
for _name, (_kind, _said) in SHARED.items():
    fault(
        fails=ISOLATION_CONCURRENCY,
        family="shared",
        name=f"shared_{_name}",
        description=_said,
    )(lambda kind=_kind: kind(ACCOUNTS))
fault(
    fails=ISOLATION_CONCURRENCY,
    family="shared",
    name="shared_fields",
    description="the fields of an overview are collected in a global variable",
)(SharedFields)
fault(
    fails=ISOLATION_CONCURRENCY,
    family="shared",
    name="one_at_a_time",
    description="a call is refused while another is in flight",
)(lambda: Crowded(ACCOUNTS))
fault(
    fails=ISOLATION_CONCURRENCY,
    family="shared",
    when=every(4),
    name="shared_user_in_one_of_four_workers",
    description="in one of four workers, the requested account is a global variable",
)(lambda: SharedUser(ACCOUNTS))
