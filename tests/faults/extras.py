"""Undocumented and repeated parameters, and arrays, that a server does not accept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Account, Reference, Refusal, Response
from reseller_conformance.requirements import (
    BOTH,
    HTTP_SERVER_ERROR,
    REQUEST_ARRAY,
    REQUEST_REPEATED,
    REQUEST_UNDOCUMENTED,
    Requirement,
)

from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    fault,
)
from .request import Parameters, reading
from .writing import json_answer

# --- Undocumented parameters ---------------------------------------------------------------------


def undocumented(
    name: str,
    description: str,
    make: Callable[[], Reference],
    formats: Sequence[Format] = BOTH,
    fails: Requirement = REQUEST_UNDOCUMENTED,
    also: Sequence[Requirement] = (),
) -> None:
    fault(
        fails=fails,
        also=also,
        formats=formats,
        name=name,
        description=description,
    )(make)


def extras(parameters: Parameters) -> list[str]:
    return [name for name, _ in parameters if name.partition("[")[0] not in PARAMETERS]


class OnExtras(Reference):
    """Responds differently if there are undocumented parameters."""

    def __init__(
        self,
        write: Callable[[Reference, Format, Parameters], Response],
        test: Callable[[Parameters], bool] = lambda parameters: bool(extras(parameters)),
    ) -> None:
        super().__init__(ACCOUNTS)
        self.write, self.test = write, test

    def answer(self, wanted: Format, parameters: Parameters) -> Response:
        if self.test(parameters):
            return self.write(Reference(ACCOUNTS), wanted, parameters)
        return super().answer(wanted, parameters)


def refused(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return self.refuse(wanted, Refusal(400, ("There is an unknown parameter.",)))


def crashed(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return Response(500, "text/html", b"<html><body><h1>Internal Server Error</h1></body></html>")


def shown(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    return Response(200, "text/plain", ", ".join(extras(parameters)).encode())


undocumented("extra_refused", "an undocumented parameter is an error", lambda: OnExtras(refused))
undocumented(
    "extra_refused_in_xml",
    "an undocumented parameter is an error, in XML",
    lambda: OnExtras(refused),
    XML,
)
undocumented(
    "extra_crashes",
    "an undocumented parameter ends in a 500",
    lambda: OnExtras(crashed),
    fails=HTTP_SERVER_ERROR,
    also=(REQUEST_UNDOCUMENTED,),
)
undocumented(
    "extra_shown",
    "an undocumented parameter is repeated in plain text",
    lambda: OnExtras(shown),
)
undocumented(
    "two_extras_refused",
    "more than one undocumented parameter is an error",
    lambda: OnExtras(refused, lambda parameters: len(extras(parameters)) > 1),
)
undocumented(
    "more_than_five_refused",
    "more than five parameters are an error",
    lambda: OnExtras(refused, lambda parameters: len(parameters) > 5),
)
undocumented(
    "extra_first_refused",
    "an undocumented parameter is an error if it is the first",
    lambda: OnExtras(refused, lambda p: bool(p) and p[0][0] in extras(p)),
)
undocumented(
    "extra_last_refused",
    "an undocumented parameter is an error if it is the last",
    lambda: OnExtras(refused, lambda p: bool(p) and p[-1][0] in extras(p)),
)
undocumented(
    "extra_empty_refused",
    "an undocumented parameter is an error if it is empty",
    lambda: OnExtras(refused, lambda p: any(not value for name, value in p if name in extras(p))),
)
undocumented(
    "extra_not_ascii_crashes",
    "an undocumented parameter that is not ASCII ends in a 500",
    lambda: OnExtras(crashed, lambda p: any(not (n + v).isascii() for n, v in p if n in extras(p))),
    fails=HTTP_SERVER_ERROR,
    also=(REQUEST_UNDOCUMENTED,),
)
for _name, _ending in (("user", "user"), ("task", "task"), ("key", "key")):
    undocumented(
        f"extra_ending_in_{_name}",
        f"an undocumented parameter whose name ends in {_name} is taken for it",
        lambda ending=_ending: OnExtras(
            refused,
            lambda p, e=ending: any(n.endswith(e) for n in extras(p)),
        ),
    )
for _word in (
    "_",
    "callback",
    "format",
    "debug",
    "date",
    "id",
    "page",
    "lang",
    "utm_source",
    "customer",
    "api_token",
    "session",
):
    undocumented(
        f"extra_{_word.strip('_') or 'underscore'}_refused",
        f"a parameter called {_word} is an error",
        lambda word=_word: OnExtras(
            refused,
            lambda p, w=word: w in dict(p),
        ),
    )
undocumented(
    "names_in_any_case",
    "names are read without regard to case, the last winning",
    reading(
        lambda parameters: (
            list({n.lower(): (n.lower(), v) for n, v in parameters}.values())
            if any(n != n.lower() and n.lower() in PARAMETERS for n, _ in parameters)
            else parameters
        )
    ),
)


@fault(fails=REQUEST_UNDOCUMENTED, formats=JSON, instead_of=Reference.answer)
def callback_pads(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    """A parameter called callback wraps the JSON in a call."""
    response, given = Reference.answer(self, wanted, parameters), dict(parameters)
    if "callback" not in given:
        return response
    return json_answer(f"{given['callback']}({response.body.decode()});", response.status)


@fault(fails=REQUEST_UNDOCUMENTED, instead_of=Reference.answer)
def format_parameter_wins(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    """A parameter called format chooses the format."""
    chosen = dict(parameters).get("format")
    return Reference.answer(self, Format(chosen) if chosen in BOTH else wanted, parameters)


@fault(fails=REQUEST_UNDOCUMENTED, instead_of=Reference.answer)
def id_chooses_the_customer(self: Reference, wanted: Format, parameters: Parameters) -> Response:
    """A parameter called id is the number of a customer, whatever the name says."""
    found, number = Reference.answer(self, wanted, parameters), dict(parameters).get("id", "")
    known = self.accounts.resellers[0].customers
    if found.status != 200 or not number.isdecimal() or not 0 < int(number) <= len(known):
        return found
    return self.show(wanted, known[int(number) - 1])


@fault(fails=REQUEST_UNDOCUMENTED, instead_of=Reference.answer)
def period_has_its_own_reputation(
    self: Reference, wanted: Format, parameters: Parameters
) -> Response:
    """A parameter called start_date chooses the period of the reputation."""
    found = self.look_up(parameters)
    if isinstance(found, Account) and "start_date" in dict(parameters):
        return self.show(wanted, replace(found, reputation=7))
    return Reference.answer(self, wanted, parameters)


# --- Repeated parameters and arrays --------------------------------------------------------------


def falling_over(test: Callable[[Parameters], bool], response: Response) -> Callable[[], Reference]:
    return lambda: OnExtras(lambda *_: response, test)


PAGE = b"<html><body><h1>Internal Server Error</h1></body></html>"
NOTICE = b"<br />\n<b>Warning</b>: trim() expects parameter 1 to be string, array given<br />\n"
FALLS = {
    "crashes": Response(500, "text/html", PAGE),
    "crashes_in_json": Response(
        500, "application/json", b'{"message": "error", "errors": ["Sorry."]}'
    ),
    "is_blank": Response(200, "text/html", b""),
    "is_a_notice": Response(200, "text/html", NOTICE),
    "redirects": Response(302, "text/html", PAGE, (("Location", "/"),)),
}
for _name in PARAMETERS:
    for _how, _answer in FALLS.items():
        _formats = JSON if _how == "crashes_in_json" else BOTH
        fault(
            fails=REQUEST_REPEATED,
            formats=_formats,
            family=f"repeated_{_how}",
            name=f"{_name}_repeated_{_how}",
            description=f"{_name} sent twice {_how.replace('_', ' ')}",
        )(
            falling_over(
                lambda p, n=_name: [name for name, _ in p].count(n) > 1,
                _answer,
            )
        )
        fault(
            fails=REQUEST_ARRAY,
            formats=_formats,
            family=f"array_{_how}",
            name=f"{_name}_array_{_how}",
            description=f"{_name}[] {_how.replace('_', ' ')}",
        )(
            falling_over(
                lambda p, n=_name: any(name.startswith(f"{n}[") for name, _ in p),
                _answer,
            )
        )
