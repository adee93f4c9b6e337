"""Success envelopes that are wrapped, unwrapped, mixed with an error, or too full."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Refusal, Request, Response
from reseller_conformance.requirements import (
    ERRORS_LIST,
    ERRORS_NO_ACCOUNT_FIELDS,
    HTTP_ERROR_STATUS,
    READABLE_ENVELOPE,
    READABLE_FORMAT,
    SUCCESS_NO_ERROR_MEMBERS,
    SUCCESS_NO_EXTRAS,
    SUCCESS_RETURNED,
    SUCCESS_SHAPE,
    Requirement,
)

from .registry import JSON, XML, about, fault, variant
from .writing import json_answer, xml_answer

Values = Mapping[str, str]

# --- Wrappers in JSON ----------------------------------------------------------------------------


def wrapped(
    name: str, wrap: Callable[[Values], object], fails: Requirement = SUCCESS_SHAPE
) -> None:
    fault(
        fails=fails,
        formats=JSON,
        name=f"json_{name}",
        description=f"the overview in JSON is {name.replace('_', ' ')}",
    )(variant(json_overview=lambda _, values: wrap(dict(values))))


wrapped("wrapped_as_in_xml", lambda values: {"result": {"overview": values}})
wrapped("wrapped_in_overview", lambda values: {"overview": values})
wrapped("wrapped_in_result", lambda values: {"result": values})
wrapped("wrapped_in_data", lambda values: {"data": values})
wrapped("wrapped_beside_a_status", lambda values: {"status": "ok", "overview": values})
wrapped("keyed_by_a_number", lambda values: {"0": values})
wrapped("in_a_list", lambda values: [values])
wrapped(
    "a_list_of_pairs",
    lambda values: [[name, value] for name, value in values.items()],
    READABLE_ENVELOPE,
)
wrapped(
    "a_list_of_names_and_values",
    lambda values: [{"name": name, "value": value} for name, value in values.items()],
    READABLE_ENVELOPE,
)
wrapped("a_list_of_values", lambda values: list(values.values()), SUCCESS_RETURNED)
wrapped(
    "grouped_by_topic",
    lambda values: {
        topic: {name: value for name, value in values.items() if name.startswith(beginning)}
        for topic, beginning in (("sender", "r"), ("plan", "p"), ("account", "c"), ("cycle", "b"))
    },
)
wrapped("a_string_of_json", json.dumps, READABLE_ENVELOPE)
wrapped("null", lambda _: None, SUCCESS_RETURNED)
wrapped("true", lambda _: True, SUCCESS_RETURNED)
wrapped("an_empty_object", lambda _: {}, SUCCESS_RETURNED)
wrapped("an_empty_list", lambda _: [], SUCCESS_RETURNED)

# --- Wrappers in XML -----------------------------------------------------------------------------


def shaped(
    name: str, write: Callable[[str, Values], str], fails: Requirement = SUCCESS_SHAPE
) -> None:
    def xml_overview(self: Reference, values: Values) -> ET.Element:
        fields = Reference.xml_overview(self, values)[0]
        inner = "".join(ET.tostring(field, encoding="unicode") for field in fields)
        return ET.fromstring(write(inner, values))

    fault(
        fails=fails,
        formats=XML,
        name=f"xml_{name}",
        description=f"the overview in XML is {name.replace('_', ' ')}",
    )(variant(xml_overview=xml_overview))


def attributes(values: Values) -> ET.Element:
    return ET.Element("overview", dict(values))


shaped("without_overview", lambda inner, _: f"<result>{inner}</result>")
shaped("without_result", lambda inner, _: f"<overview>{inner}</overview>")
shaped("in_response", lambda inner, _: f"<response><overview>{inner}</overview></response>")
shaped("in_results", lambda inner, _: f"<results><overview>{inner}</overview></results>")
shaped("in_capital_result", lambda inner, _: f"<Result><overview>{inner}</overview></Result>")
shaped("in_capital_overview", lambda inner, _: f"<result><Overview>{inner}</Overview></result>")
shaped("in_account", lambda inner, _: f"<result><account>{inner}</account></result>")
shaped(
    "one_level_deeper",
    lambda inner, _: f"<response><result><overview>{inner}</overview></result></response>",
)
shaped(
    "in_two_overviews",
    lambda inner, _: f"<result><overview><overview>{inner}</overview></overview></result>",
)
shaped(
    "in_a_list_of_overviews",
    lambda inner, _: f"<result><overviews><overview>{inner}</overview></overviews></result>",
)
shaped(
    "there_twice",
    lambda inner, _: f"<result>{f'<overview>{inner}</overview>' * 2}</result>",
)
shaped(
    "followed_by_an_empty_one",
    lambda inner, _: f"<result><overview>{inner}</overview><overview/></result>",
)
shaped(
    "split_in_two",
    lambda inner, _: "<result><overview>{}</overview><overview>{}</overview></result>".format(
        *(
            part + end
            for part, end in zip(inner.split("</requests>"), ("</requests>", ""), strict=True)
        )
    ),
)
shaped(
    "written_in_attributes",
    lambda _, values: f"<result>{ET.tostring(attributes(values), encoding='unicode')}</result>",
)
shaped(
    "a_string_of_xml",
    lambda inner, _: f"<result>{inner.replace('&', '&amp;').replace('<', '&lt;')}</result>",
    READABLE_ENVELOPE,
)
shaped("an_empty_overview", lambda *_: "<result><overview/></result>", SUCCESS_RETURNED)
shaped("an_empty_result", lambda *_: "<result/>", SUCCESS_RETURNED)


@fault(fails=READABLE_ENVELOPE, formats=XML, instead_of=Reference.xml_overview)
def xml_named_by_attributes(self: Reference, values: Values) -> ET.Element:
    """Each field in XML is `<field name="…">`."""
    result = ET.Element("result")
    overview = ET.SubElement(result, "overview")
    for name, value in values.items():
        ET.SubElement(overview, "field", name=name).text = value
    return result


# --- Something of an error in a success ----------------------------------------------------------


def beside(name: str, extra: Any) -> None:
    # An extra that looks like an error may be read as one, with an account beside it.
    is_error = extra.get("message") == "error"
    for place, said in (("with", "holds too"), ("after", "begins with")):
        change = (lambda v: {**extra, **v}) if place == "after" else (lambda v: {**v, **extra})
        fault(
            fails=SUCCESS_RETURNED if is_error else SUCCESS_NO_ERROR_MEMBERS,
            also=(ERRORS_NO_ACCOUNT_FIELDS, ERRORS_LIST, HTTP_ERROR_STATUS) if is_error else (),
            formats=JSON,
            name=f"json_success_{place}_{name}",
            description=f"what an overview in JSON {said}: {json.dumps(extra)}",
        )(changed_json(change))


def changed_json(change: Callable[[Values], object]) -> Callable[[], Reference]:
    return variant(json_overview=lambda _, values: change(values))


beside("message_success", {"message": "success"})
beside("message_error", {"message": "error"})
beside("no_message", {"message": None})
beside("empty_errors", {"errors": []})
beside("null_errors", {"errors": None})
beside("a_warning_in_errors", {"errors": ["The card of this customer expires soon."]})
beside("message_and_errors", {"message": "error", "errors": ["None."]})


def after_overview(name: str, xml: str, inside: bool = False) -> None:
    def change(result: ET.Element) -> ET.Element:
        (result[0] if inside else result).append(ET.fromstring(xml))
        return result

    fault(
        fails=SUCCESS_NO_ERROR_MEMBERS,
        formats=XML,
        name=f"xml_success_with_{name}",
        description=f"an overview in XML holds {xml} {'within' if inside else 'beside it'}",
        after=Reference.xml_overview,
    )(change)


after_overview("message_success", "<message>success</message>")
after_overview("empty_message", "<message/>")
after_overview("empty_errors", "<errors/>")
after_overview("a_warning_in_errors", "<errors><error>The card expires.</error></errors>")
after_overview("message_inside", "<message>success</message>", inside=True)
after_overview("errors_inside", "<errors/>", inside=True)

# --- More than is documented ---------------------------------------------------------------------

EXTRAS: dict[str, object] = {
    "a_customer": {"user": "customer@example.com"},
    "an_id": {"id": 7},
    "null": {"suspended_at": None},
    "a_list": {"domains": ["example.com"]},
    "an_object": {"_links": {"self": "/apiv2/reseller.account.json"}},
    "a_status": {"status": "ok"},
    "no_error": {"error": None},
    "an_empty_name": {"": ""},
    "a_capital_message": {"Message": "success"},
    "a_copy_in_another_case": {"Reputation": "100"},
}
for _name, _extra in EXTRAS.items():
    fault(
        fails=SUCCESS_NO_EXTRAS,
        formats=JSON,
        name=f"json_success_with_{_name}_more",
        description=f"an overview in JSON holds {json.dumps(_extra)} too",
    )(changed_json(lambda values, extra=_extra: {**values, **extra}))


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_an_element_more(result: ET.Element) -> ET.Element:
    """An overview in XML has an eleventh element."""
    ET.SubElement(result[0], "user").text = "customer@example.com"
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_an_empty_element_more(result: ET.Element) -> ET.Element:
    """An overview in XML has an eleventh element, and it is empty."""
    ET.SubElement(result[0], "suspended")
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_beside_a_status(result: ET.Element) -> ET.Element:
    """Beside the overview in XML is a status."""
    ET.SubElement(result, "status").text = "ok"
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_an_attribute_on_result(result: ET.Element) -> ET.Element:
    """The root has an attribute."""
    result.set("version", "1")
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_an_attribute_on_overview(result: ET.Element) -> ET.Element:
    """The overview has an attribute."""
    result[0].set("user", "customer@example.com")
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_types(result: ET.Element) -> ET.Element:
    """Counts have the attribute that Rails gives them."""
    for field in result[0]:
        if field.tag.startswith("credits"):
            field.set("type", "integer")
    return result


@fault(fails=SUCCESS_NO_EXTRAS, formats=XML, after=Reference.xml_overview)
def xml_success_with_a_language(result: ET.Element) -> ET.Element:
    """The package has an `xml:lang`."""
    next(result.iter("package")).set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    return result


# --- No overview at all --------------------------------------------------------------------------


@fault(fails=SUCCESS_RETURNED, instead_of=Reference.look_up)
def nobody_is_known(self: Reference, parameters: object) -> Refusal:
    """Every call is refused."""
    return Refusal(403, ("api_user and api_key do not belong together.",))


@fault(fails=SUCCESS_RETURNED, formats=XML, instead_of=Reference.look_up)
def nobody_is_known_in_xml(self: Reference, parameters: object) -> Refusal:
    """Every call in XML is refused."""
    return Refusal(403, ("api_user and api_key do not belong together.",))


@fault(fails=SUCCESS_RETURNED, instead_of=Reference.look_up, when=about(1))
def second_customer_is_unknown(self: Reference, parameters: object) -> Refusal:
    """The second customer is not found."""
    return Refusal(400, ("user is not a customer of this account.",))


@fault(fails=SUCCESS_RETURNED, formats=JSON, instead_of=Reference.look_up, when=about(3))
def last_customer_is_unknown_in_json(self: Reference, parameters: object) -> Refusal:
    """The fourth customer is not found in JSON."""
    return Refusal(400, ("user is not a customer of this account.",))


@fault(fails=SUCCESS_RETURNED, instead_of=Reference.respond)
def everything_is_not_found(self: Reference, request: Request) -> Response:
    """Every path is unknown. The response is plain text, as from a misconfigured server."""
    return Response(404, "text/plain", b"Not found\n")


@fault(fails=SUCCESS_RETURNED, instead_of=Reference.show)
def under_maintenance(self: Reference, wanted: Format, account: object) -> Response:
    """A page that says to come back later replaces the overview."""
    return Response(
        200, "text/html", b"<!DOCTYPE html><title>Soon</title><p>We are moving house.</p>"
    )


@fault(fails=SUCCESS_RETURNED, formats=JSON, instead_of=Reference.show)
def another_resource(self: Reference, wanted: Format, account: object) -> Response:
    """The overview in JSON is the customer's profile."""
    return json_answer('{"username": "customer", "email": "customer@example.com"}')


@fault(fails=SUCCESS_RETURNED, formats=XML, instead_of=Reference.show)
def another_resource_in_xml(self: Reference, wanted: Format, account: object) -> Response:
    """The overview in XML is the customer's profile."""
    return xml_answer("<result><profile><username>customer</username></profile></result>")


# --- The other format ----------------------------------------------------------------------------


def _swapped(wanted: Format) -> Format:
    return Format.XML if wanted is Format.JSON else Format.JSON


for _formats in (JSON, XML, (*JSON, *XML)):

    @fault(
        fails=READABLE_FORMAT,
        formats=_formats,
        family="overviews_in_the_other_format",
        name=f"overviews_in_the_other_format_for_{'_and_'.join(_formats)}",
        description="an overview is not in the format that the URL names",
        instead_of=Reference.show,
    )
    def _show(self: Reference, wanted: Format, account: Any) -> Response:
        return Reference.show(self, _swapped(wanted), account)

    @fault(
        fails=READABLE_FORMAT,
        formats=_formats,
        family="errors_in_the_other_format",
        name=f"errors_in_the_other_format_for_{'_and_'.join(_formats)}",
        description="an error is not in the format that the URL names",
        instead_of=Reference.refuse,
    )
    def _refuse(self: Reference, wanted: Format, refusal: Refusal) -> Response:
        return Reference.refuse(self, _swapped(wanted), refusal)
