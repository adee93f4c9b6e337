"""Error envelopes of another shape, or none at all."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from html import escape
from urllib.parse import quote

from reseller_conformance.contract import PARAMETERS, Format
from reseller_conformance.reference import Account, Reference, Refusal, Request, Response
from reseller_conformance.requirements import (
    BOTH,
    ERRORS_LIST,
    ERRORS_MESSAGE,
    ERRORS_NO_ACCOUNT_DATA,
    ERRORS_NO_EMPTY_TEXT,
    ERRORS_NO_EXTRAS,
    ERRORS_SHAPE,
    READABLE_ENVELOPE,
    READABLE_FORMAT,
    REQUEST_ARRAY,
    REQUEST_SPECIAL_TEXT,
    Requirement,
)

from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    When,
    calls_that_are,
    fault,
    sent,
    variant,
)
from .writing import json_answer, xml_answer

Errors = Sequence[str]
Parameters = Sequence[tuple[str, str]]

# --- The shape in JSON ---------------------------------------------------------------------------


def in_json(
    name: str,
    write: Callable[[list[str]], object],
    fails: Requirement,
    *also: Requirement,
) -> None:
    fault(
        fails=fails,
        also=also,
        formats=JSON,
        name=f"json_error_{name}",
        description=f"an error in JSON: {json.dumps(write(['…']), ensure_ascii=False)}",
    )(variant(json_errors=lambda _, errors: write(list(errors))))


in_json("wrapped_in_result", lambda e: {"result": {"message": "error", "errors": e}}, ERRORS_SHAPE)
in_json("wrapped_in_error", lambda e: {"error": {"message": "error", "errors": e}}, ERRORS_SHAPE)
in_json("in_a_list", lambda e: [{"message": "error", "errors": e}], ERRORS_SHAPE)
in_json("without_message", lambda e: {"errors": e}, ERRORS_MESSAGE)
in_json("without_errors", lambda _: {"message": "error"}, ERRORS_LIST)
in_json("in_error", lambda e: {"message": "error", "error": e}, ERRORS_LIST, ERRORS_NO_EXTRAS)
in_json("in_one_error", lambda e: {"error": e[0]}, READABLE_ENVELOPE)
in_json("in_a_status", lambda e: {"status": "error", "reason": e[0]}, READABLE_ENVELOPE)
in_json(
    "capitalized",
    lambda e: {"Message": "error", "Errors": e},
    ERRORS_MESSAGE,
    ERRORS_LIST,
    ERRORS_NO_EXTRAS,
)
in_json("a_list_of_texts", lambda e: e, READABLE_ENVELOPE)
in_json("one_text", lambda e: e[0], READABLE_ENVELOPE)
in_json("false", lambda _: False, READABLE_ENVELOPE)
in_json("null", lambda _: None, READABLE_ENVELOPE)
in_json("an_empty_object", lambda _: {}, READABLE_ENVELOPE)
in_json("an_empty_list", lambda _: [], READABLE_ENVELOPE)
in_json(
    "of_a_framework",
    lambda e: {"detail": [{"loc": ["query", "user"], "msg": e[0], "type": "value_error"}]},
    READABLE_ENVELOPE,
)
in_json(
    "of_a_gateway",
    lambda e: {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": e[0]},
    READABLE_ENVELOPE,
)

MESSAGES: dict[str, object] = {
    "capital": "Error",
    "upper_case": "ERROR",
    "plural": "errors",
    "failure": "failure",
    "of_success": "success",
    "spaced": "error ",
    "pointed": "error.",
    "empty": "",
    "null": None,
    "true": True,
    "a_number": 400,
    "a_list": ["error"],
    "an_object": {"text": "error"},
    "of_the_first_error": "user is required.",
    "translated": "Fehler",
    "with_the_count": "1 error",
}
for _name, _message in MESSAGES.items():
    in_json(
        f"message_{_name}",
        lambda e, message=_message: {"message": message, "errors": e},
        ERRORS_MESSAGE,
    )

LISTS: dict[str, Callable[[list[str]], object]] = {
    "empty": lambda _: [],
    "null": lambda _: None,
    "one_text": lambda e: e[0],
    "joined": "; ".join,
    "an_object": lambda e: {str(at): text for at, text in enumerate(e)},
    "by_parameter": lambda e: {text.split()[0]: [text] for text in e},
    "as_in_xml": lambda e: {"error": e},
    "objects": lambda e: [{"message": text} for text in e],
    "codes": lambda e: [400 for _ in e],
    "true": lambda _: True,
    "lists": lambda e: [[text] for text in e],
    "null_in_it": lambda e: [*e, None],
    "only_null": lambda _: [None],
    "a_number_in_it": lambda e: [*e, 400],
    "an_object_in_it": lambda e: [*e, {}],
}
for _name, _write in LISTS.items():
    in_json(
        f"list_{_name}",
        lambda e, write=_write: {"message": "error", "errors": write(e)},
        ERRORS_LIST,
    )


def text_in_json(name: str, write: Callable[[str], str], fails: Requirement) -> None:
    @fault(
        fails=fails,
        formats=JSON,
        name=f"json_error_{name}",
        description=f"an error in JSON: {write(json.dumps(['…'], ensure_ascii=False))}",
        instead_of=Reference.refuse,
    )
    def refuse(self: Reference, wanted: Format, refusal: Refusal) -> Response:
        listed = json.dumps(refusal.errors, ensure_ascii=False)
        return json_answer(write(listed), refusal.status)


text_in_json(
    "with_two_messages",
    lambda e: f'{{"message": "error", "errors": {e}, "message": "error"}}',
    ERRORS_MESSAGE,
)
text_in_json(
    "with_two_lists",
    lambda e: f'{{"message": "error", "errors": {e}, "errors": {e}}}',
    ERRORS_SHAPE,
)

# --- The shape in XML ----------------------------------------------------------------------------


def in_xml(
    name: str, pattern: str, fails: Requirement, *also: Requirement, each: str = "<error>{}</error>"
) -> None:
    @fault(
        fails=fails,
        also=also,
        formats=XML,
        name=f"xml_error_{name}",
        description=f"an error in XML: {pattern.format(each.format('…'))}",
        instead_of=Reference.refuse,
    )
    def refuse(self: Reference, wanted: Format, refusal: Refusal) -> Response:
        listed = "".join(each.format(escape(text)) for text in refusal.errors)
        return xml_answer(pattern.format(listed), refusal.status)


MESSAGE = "<message>error</message>"
USUAL = f"{MESSAGE}<errors>{{}}</errors>"

in_xml("in_response", f"<response>{USUAL}</response>", ERRORS_SHAPE)
in_xml("in_error", f"<error>{USUAL}</error>", ERRORS_SHAPE)
in_xml("in_capital_result", f"<Result>{USUAL}</Result>", ERRORS_SHAPE)
in_xml("one_level_deeper", f"<response><result>{USUAL}</result></response>", ERRORS_SHAPE)
in_xml("in_overview", f"<result><overview>{USUAL}</overview></result>", ERRORS_SHAPE)
in_xml("without_message", "<result><errors>{}</errors></result>", ERRORS_MESSAGE)
in_xml("without_errors", f"<result>{MESSAGE}</result>", ERRORS_LIST, each="")
in_xml("without_a_list", f"<result>{MESSAGE}{{}}</result>", ERRORS_SHAPE, ERRORS_NO_EXTRAS)
in_xml("of_errors_alone", "<errors>{}</errors>", READABLE_ENVELOPE)
in_xml("of_one_error", "<error>Bad request</error>", READABLE_ENVELOPE, each="")
in_xml("empty", "<result/>", READABLE_ENVELOPE, each="")
in_xml(
    "capitalized",
    "<result><Message>error</Message><Errors>{}</Errors></result>",
    ERRORS_MESSAGE,
    ERRORS_LIST,
    ERRORS_NO_EXTRAS,
)
in_xml("with_two_messages", f"<result>{MESSAGE}{USUAL}</result>", ERRORS_MESSAGE)
in_xml(
    "with_two_lists",
    f"<result>{MESSAGE}<errors>{{0}}</errors><errors>{{0}}</errors></result>",
    ERRORS_SHAPE,
)
in_xml(
    "with_message_in_errors",
    f"<result><errors>{MESSAGE}{{}}</errors></result>",
    ERRORS_MESSAGE,
    ERRORS_NO_EXTRAS,
)
in_xml(
    "with_message_in_an_attribute",
    '<result message="error"><errors>{}</errors></result>',
    ERRORS_MESSAGE,
    ERRORS_NO_EXTRAS,
)
in_xml("as_attributes", '<result message="error" error="Bad request"/>', READABLE_ENVELOPE, each="")
for _name, _message in {
    "capital": "Error",
    "upper_case": "ERROR",
    "failure": "failure",
    "of_success": "success",
    "empty": "",
    "spaced": " error ",
    "pointed": "error.",
    "nested": "<text>error</text>",
    "around_an_element": "error<br/>",
    "of_the_first_error": "user is required.",
    "a_number": "400",
}.items():
    in_xml(
        f"message_{_name}",
        f"<result><message>{_message}</message><errors>{{}}</errors></result>",
        ERRORS_MESSAGE,
    )
for _name, _each in {
    "in_other_elements": "<message>{}</message>",
    "in_items": "<item>{}</item>",
    "in_capital_errors": "<Error>{}</Error>",
    "in_errors_again": "<errors>{}</errors>",
    "in_strings": "<error><string>{}</string></error>",
    "with_codes_inside": "<error><code>4</code>{}</error>",
    "without_elements": "{}",
    "around_an_element": "<error>{}<br/></error>",
}.items():
    in_xml(f"list_{_name}", f"<result>{USUAL}</result>", ERRORS_LIST, each=_each)
in_xml(
    "list_in_attributes",
    f"<result>{USUAL}</result>",
    ERRORS_NO_EMPTY_TEXT,
    ERRORS_NO_EXTRAS,
    each='<error text="{}"/>',
)
in_xml("list_empty", f"<result>{USUAL}</result>", ERRORS_LIST, each="")
in_xml("list_of_space", f"<result>{USUAL}</result>", ERRORS_LIST, each=" ")

# --- Errors that disclose account data -----------------------------------------------------------


def account_named(parameters: Parameters) -> Account | None:
    """Return the account of the user in a query, of any reseller."""
    user = dict(parameters).get("user")
    resellers = ACCOUNTS.resellers
    return next((one for of in resellers for one in of.customers if one.user == user), None)


def telling(
    name: str,
    description: str,
    text: Callable[[Account], str],
    when: When | None,
    formats: Sequence[Format],
) -> None:
    """Register a reference that adds a text about the account to its errors."""

    def look_up(self: Reference, parameters: Parameters) -> Account | Refusal:
        found = Reference.look_up(self, parameters)
        account = account_named(parameters)
        if isinstance(found, Account) or account is None:
            return found
        return Refusal(found.status, (*found.errors, text(account)))

    fault(
        fails=ERRORS_NO_ACCOUNT_DATA,
        formats=formats,
        when=when,
        name=name,
        description=description,
    )(variant(look_up=look_up))


def as_in_america(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def without(*names: str) -> When:
    """Choose the requests that lack these parameters."""
    return lambda: lambda request: all(name not in sent(request) for name in names)


def foreign() -> Callable[[Request], bool]:
    """Choose the requests about the customer of another reseller."""
    return lambda request: sent(request).get("user") == ACCOUNTS.foreign


telling(
    "error_names_the_package",
    "any error names the package of the customer",
    lambda account: f"Not allowed for {account.package}.",
    None,
    BOTH,
)
telling(
    "error_names_the_package_in_capitals_without_a_key",
    "a call without api_key gets the customer's package in capitals",
    lambda account: f"PLAN={account.package.upper()}",
    without("api_key"),
    XML,
)
telling(
    "error_names_the_end_of_the_cycle_without_credentials",
    "a call without credentials gets the end of the billing cycle",
    lambda account: f"Locked until {account.billing_end_date:%d.%m.%Y}.",
    without("api_user", "api_key"),
    JSON,
)
telling(
    "error_dates_a_foreign_customer",
    "an error for a customer of another reseller contains a start date",
    lambda account: f"Registered elsewhere since {account.billing_start_date}.",
    foreign,
    BOTH,
)
telling(
    "error_dates_a_foreign_customer_in_words",
    "an error for a customer of another reseller contains an end date, the month as a word",
    lambda account: f"Billed elsewhere until {account.billing_end_date:%d %B %Y}.",
    foreign,
    BOTH,
)
telling(
    "error_names_a_word_of_the_package",
    "an error names the package of the customer without its last word",
    lambda account: f"{account.package.partition(' ')[0]} customers need a valid key.",
    None,
    BOTH,
)
telling(
    "error_says_the_end_of_the_cycle_without_leading_zeros",
    "an error contains the end of the billing cycle without leading zeros",
    lambda account: f"Paid until {as_in_america(account.billing_end_date)}.",
    without("api_key"),
    BOTH,
)
telling(
    "error_says_the_end_of_the_cycle_with_a_year_of_two_digits",
    "an error contains the end of the billing cycle as Oracle writes it",
    lambda account: f"Paid until {account.billing_end_date:%d-%b-%y}.".upper(),
    without("api_key"),
    BOTH,
)
telling(
    "error_shows_the_row_where_a_quote_ends_the_key",
    "a key with a quote gets the row of the database",
    lambda account: f'near "\'": ({account.user}, {account.package})',
    lambda: lambda request: "'" in sent(request).get("api_key", ""),
    BOTH,
)


@fault(
    fails=ERRORS_NO_ACCOUNT_DATA,
    instead_of=Reference.respond,
    name="error_has_a_header_with_the_cycle",
    description="errors carry a header that is set before the key is checked",
)
def respond(self: Reference, request: Request) -> Response:
    """Errors carry a header that the code of overviews has set before the key is checked."""
    response, account = Reference.respond(self, request), account_named(list(sent(request).items()))
    if response.status == 200 or account is None:
        return response
    return replace(
        response, headers=(*response.headers, ("X-Cycle", str(account.billing_end_date)))
    )


@fault(fails=ERRORS_NO_ACCOUNT_DATA, instead_of=Reference.respond)
def error_has_a_header_with_the_cycle_in_unix_time(self: Reference, request: Request) -> Response:
    """Errors carry a header with the end of the cycle in Unix time."""
    response, account = Reference.respond(self, request), account_named(list(sent(request).items()))
    if response.status == 200 or account is None:
        return response
    midnight = datetime.combine(account.billing_end_date, time(tzinfo=UTC))
    ends = ("X-Cycle-Ends", f"{midnight.timestamp():.0f}")
    return replace(response, headers=(*response.headers, ends))


@fault(fails=ERRORS_NO_ACCOUNT_DATA, instead_of=Reference.respond)
def error_has_a_header_with_the_package(self: Reference, request: Request) -> Response:
    """Errors carry a header with the package, percent-encoded."""
    response, account = Reference.respond(self, request), account_named(list(sent(request).items()))
    if response.status == 200 or account is None:
        return response
    return replace(response, headers=(*response.headers, ("X-Plan", quote(account.package))))


@fault(fails=ERRORS_NO_ACCOUNT_DATA, instead_of=Reference.respond)
def error_has_a_cookie_with_the_account_in_base64(self: Reference, request: Request) -> Response:
    """Errors carry the cookie of a session that holds the account, in base64 with a signature."""
    response, account = Reference.respond(self, request), account_named(list(sent(request).items()))
    if response.status == 200 or account is None:
        return response
    held = json.dumps({"user": account.user, "plan": account.package}).encode()
    cookie = f"session={urlsafe_b64encode(held).decode().rstrip('=')}.aTk_3w.5Jx-2fQ; HttpOnly"
    return replace(response, headers=(*response.headers, ("Set-Cookie", cookie)))


# --- No envelope at all --------------------------------------------------------------------------

PAGES: dict[str, tuple[str, str, Requirement]] = {
    "as_text": ("text/plain", "user is required.", READABLE_FORMAT),
    "as_html": ("text/html", "<html><body><h1>Bad Request</h1></body></html>", READABLE_FORMAT),
    "as_broken_html": ("text/html", "<html><body><h1>Bad Request<br></body>", READABLE_FORMAT),
    "as_html_with_doctype": (
        "text/html",
        "<!DOCTYPE html><html><head><title>401</title></head><body><p>No.</p></body></html>",
        READABLE_FORMAT,
    ),
    "as_a_form": ("text/plain", "message=error&errors=user+is+required", READABLE_FORMAT),
    "as_yaml": ("text/yaml", "message: error\nerrors:\n- user is required.\n", READABLE_FORMAT),
}
CHOICES: dict[str, When] = {
    "always": calls_that_are(valid=False),
    **{
        f"where_{name}_is_missing": (lambda name=name: lambda request: name not in sent(request))
        for name in PARAMETERS
    },
}
for _name, (_type, _text, _fails) in PAGES.items():
    for _choice, _when in CHOICES.items():
        if _choice == "always" or _name == "as_html_with_doctype":
            fault(
                fails=_fails,
                also=(REQUEST_ARRAY, REQUEST_SPECIAL_TEXT),
                family=f"error_{_name}",
                when=_when,
                name=f"error_{_name}_{_choice}",
                description=f"an error is a page {_name} {_choice}".replace("_", " "),
            )(
                variant(
                    refuse=lambda _, __, refusal, kind=_type, text=_text: Response(
                        refusal.status, kind, text.encode()
                    )
                )
            )
