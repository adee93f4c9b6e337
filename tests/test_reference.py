"""The reference implementation keeps the specification, and faults are made from it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, urlencode
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator
from xml.etree import ElementTree as ET

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from reseller_conformance.cases.case import looks_alike
from reseller_conformance.cases.mutation_makers import make
from reseller_conformance.cases.mutations import COMMON_INVALID, State
from reseller_conformance.contract import FIELDS, PARAMETERS, Format, path_of
from reseller_conformance.reference import (
    EMBEDDED_URL,
    Account,
    AccountsError,
    Application,
    Reference,
    Refusal,
    Request,
    Reseller,
    Response,
    default_reference,
    load_accounts,
    mocked,
    read_accounts,
)

REFERENCE = default_reference()
OURS, THEIRS = REFERENCE.accounts.resellers
RIGHT = {
    "api_user": OURS.api_user,
    "api_key": OURS.api_key,
    "task": "overview",
    "user": "customer@example.com",
}
FORMATS = tuple(Format)


def make_call(
    wanted: Format,
    parameters: Mapping[str, str] | Iterable[tuple[str, str]],
    reference: Reference = REFERENCE,
) -> Response:
    given = list(parameters.items() if isinstance(parameters, Mapping) else parameters)
    return reference.respond(Request(path_of(wanted), urlencode(given).encode()))


def overview_in(response: Response) -> dict[str, str]:
    """Read a success envelope strictly."""
    assert response.status == 200
    if response.content_type == "application/json":
        document: dict[str, Any] = json.loads(response.body.decode("utf-8"))
        assert [type(value) for value in document.values()] == [str] * 10
    else:
        root = ET.fromstring(response.body)
        assert [root.tag, [child.tag for child in root]] == ["result", ["overview"]]
        document = {field.tag: field.text for field in root[0]}
    assert list(document) == [field.name for field in FIELDS]
    return document


def errors_in(response: Response) -> list[str]:
    """Read an error envelope strictly."""
    assert 400 <= response.status < 500
    if response.content_type == "application/json":
        document = json.loads(response.body.decode("utf-8"))
        assert list(document) == ["message", "errors"]
        message: Any = document["message"]
        errors: list[Any] = document["errors"]
    else:
        root = ET.fromstring(response.body)
        assert [root.tag, [child.tag for child in root]] == ["result", ["message", "errors"]]
        message, errors = root[0].text, [error.text for error in root[1]]
    assert message == "error"
    assert errors
    assert all(errors)
    return errors


# --- The envelopes ---------------------------------------------------------------------------


def test_json_is_laid_out_as_on_the_page() -> None:
    assert make_call(Format.JSON, RIGHT).body.decode() == (
        "{\n"
        '  "reputation": "100",\n'
        '  "requests": "500000",\n'
        '  "package": "Silver Package",\n'
        '  "credits_allowed": "50000",\n'
        '  "credits_used": "100000",\n'
        '  "credits_remain": "0",\n'
        '  "credits_overage": "50000",\n'
        '  "billing_start_date": "2010-08-30",\n'
        '  "billing_end_date": "2010-09-29",\n'
        '  "billing_process_date": "2010-09-30"\n'
        "}\n"
    )


def test_xml_is_laid_out_as_on_the_page() -> None:
    assert make_call(Format.XML, RIGHT).body.decode("iso-8859-1") == (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n\n'
        "<result>\n"
        "   <overview>\n"
        "      <reputation>100</reputation>\n"
        "      <requests>500000</requests>\n"
        "      <package>Silver Package</package>\n"
        "      <credits_allowed>50000</credits_allowed>\n"
        "      <credits_used>100000</credits_used>\n"
        "      <credits_remain>0</credits_remain>\n"
        "      <credits_overage>50000</credits_overage>\n"
        "      <billing_start_date>2010-08-30</billing_start_date>\n"
        "      <billing_end_date>2010-09-29</billing_end_date>\n"
        "      <billing_process_date>2010-09-30</billing_process_date>\n"
        "   </overview>\n"
        "</result>\n"
    )


def test_errors_are_laid_out_as_on_the_page() -> None:
    wrong = {**RIGHT, "task": "stats"}
    assert make_call(Format.JSON, wrong).body.decode() == (
        '{\n  "message": "error",\n  "errors": [\n    "task must be overview."\n  ]\n}\n'
    )
    assert make_call(Format.XML, wrong).body.decode() == (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n\n'
        "<result>\n"
        "   <message>error</message>\n"
        "   <errors>\n"
        "      <error>task must be overview.</error>\n"
        "   </errors>\n"
        "</result>\n"
    )


@pytest.mark.parametrize("account", OURS.customers, ids=lambda account: account.user)
def test_both_formats_tell_every_customer_alike(account: Account) -> None:
    expected = {field.name: str(getattr(account, field.name)) for field in FIELDS}
    for wanted in FORMATS:
        assert overview_in(make_call(wanted, {**RIGHT, "user": account.user})) == expected


def test_the_content_types_fit() -> None:
    for parameters in (RIGHT, {}):
        assert make_call(Format.JSON, parameters).content_type == "application/json"
        assert (
            make_call(Format.XML, parameters).content_type == "application/xml; charset=ISO-8859-1"
        )


# --- When an error is due --------------------------------------------------------------------


@pytest.mark.parametrize("wanted", FORMATS)
def test_everything_wrong_with_the_parameters_is_told_at_once(wanted: Format) -> None:
    assert errors_in(make_call(wanted, {"task": "stats", "user": ""})) == [
        "api_user is required.",
        "api_key is required.",
        "task must be overview.",
        "user must not be empty.",
    ]


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("name", PARAMETERS)
def test_every_wrong_state_of_a_parameter_gets_an_error(name: str, wanted: Format) -> None:
    spelled = (State.UPPER_CASE, State.CAPITALIZED, State.SPACE_BEFORE, State.SPACE_AFTER)
    for state in (*COMMON_INVALID[name], *(spelled if name == "task" else ())):
        value = (
            THEIRS.customers[0].user if state is State.FOREIGN else make(state, RIGHT[name], name)
        )
        assert value is not None
        assert value != RIGHT[name]
        assert errors_in(make_call(wanted, {**RIGHT, name: value})), state


@pytest.mark.parametrize("wanted", FORMATS)
def test_wrong_parameters_get_an_error_in_every_combination(wanted: Format) -> None:
    for states in itertools.product((None, "", "nobody", "right"), repeat=4):
        sent = {
            name: RIGHT[name] if state == "right" else state
            for name, state in zip(PARAMETERS, states, strict=True)
            if state is not None
        }
        if sent == RIGHT:
            overview_in(make_call(wanted, sent))
        else:
            errors_in(make_call(wanted, sent))


def test_credentials_of_two_resellers_do_not_mix() -> None:
    crossed = {**RIGHT, "api_key": THEIRS.api_key}
    assert make_call(Format.JSON, crossed).status == 403
    theirs = {**RIGHT, "api_user": THEIRS.api_user, "api_key": THEIRS.api_key}
    assert errors_in(make_call(Format.JSON, theirs)) == ["user is not a customer of this account."]
    overview_in(make_call(Format.JSON, {**theirs, "user": THEIRS.customers[0].user}))


def test_who_may_not_ask_is_not_told_whether_a_customer_exists() -> None:
    wrong = {**RIGHT, "api_key": "another"}
    assert make_call(Format.XML, wrong) == make_call(Format.XML, {**wrong, "user": "nobody"})


@pytest.mark.parametrize("wanted", FORMATS)
def test_repeated_parameters_and_arrays_get_an_error(wanted: Format) -> None:
    for name, value in RIGHT.items():
        assert errors_in(make_call(wanted, [*RIGHT.items(), (name, value)]))
        for array in (f"{name}[]", f"{name}[0]"):
            assert errors_in(make_call(wanted, [*RIGHT.items(), (array, value)]))
            others = [item for item in RIGHT.items() if item[0] != name]
            assert errors_in(make_call(wanted, [*others, (array, value)]))


# --- The request -----------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", FORMATS)
def test_order_encoding_and_unknown_parameters_do_not_matter(wanted: Format) -> None:
    expected = make_call(wanted, RIGHT)
    for order in itertools.permutations(RIGHT.items()):
        assert make_call(wanted, order) == expected
    assert (
        make_call(wanted, [("debug", "1"), *RIGHT.items(), ("debug", "2"), ("x[]", "")]) == expected
    )
    every_byte = "&".join(
        "=".join("".join(f"%{byte:02x}" for byte in text.encode()) for text in item)
        for item in RIGHT.items()
    )
    assert REFERENCE.respond(Request(path_of(wanted), every_byte.encode())) == expected


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("query", [b"user=%FF", b"user=\xff", b"%C3=1", b"user=%ED%A0%80"])
def test_what_is_not_utf_8_gets_an_error(wanted: Format, query: bytes) -> None:
    right = urlencode(RIGHT).encode()
    response = REFERENCE.respond(Request(path_of(wanted), right + b"&" + query))
    assert errors_in(response) == ["The parameters must be UTF-8."]


@pytest.mark.parametrize("wanted", FORMATS)
@given(query=st.binary(max_size=60) | st.binary(max_size=60).map(quote_from_bytes).map(str.encode))
def test_any_bytes_get_an_error_that_can_be_read(wanted: Format, query: bytes) -> None:
    assert errors_in(REFERENCE.respond(Request(path_of(wanted), query)))


@pytest.mark.parametrize("wanted", FORMATS)
@given(name=st.sampled_from(PARAMETERS), text=st.text(max_size=255))
def test_any_text_in_a_value_gets_an_error_that_does_not_repeat_it(
    wanted: Format, name: str, text: str
) -> None:
    response = make_call(wanted, {**RIGHT, name: f"~{text}~"})
    assert errors_in(response)
    assert b"~" not in response.body


def test_a_form_is_as_good_as_a_query() -> None:
    path, form = path_of(Format.JSON), urlencode(RIGHT).encode()
    expected = make_call(Format.JSON, RIGHT)
    assert REFERENCE.respond(Request(path, method="POST", body=form)) == expected
    assert REFERENCE.respond(Request(path, form, method="POST")) == expected
    assert errors_in(REFERENCE.respond(Request(path, form, method="POST", body=form)))
    assert errors_in(REFERENCE.respond(Request(path, body=form)))


@pytest.mark.parametrize("wanted", FORMATS)
def test_other_methods_are_told_which_there_are(wanted: Format) -> None:
    response = REFERENCE.respond(Request(path_of(wanted), method="DELETE"))
    assert errors_in(response)
    assert (response.status, response.fields["Allow"]) == (405, "GET, HEAD, POST")


def test_the_base_may_have_a_path_of_its_own() -> None:
    request = Request("/mail/eu" + path_of(Format.XML), urlencode(RIGHT).encode())
    assert REFERENCE.respond(request) == make_call(Format.XML, RIGHT)


def test_other_paths_are_answered_in_the_format_they_name() -> None:
    for wanted in FORMATS:
        response = REFERENCE.respond(Request(f"/apiv2/reseller.other.{wanted}"))
        assert (response.status, errors_in(response)) == (404, ["There is no such call."])
    for path in ("/", "", "/apiv2/reseller.account", path_of(Format.JSON) + "/"):
        response = REFERENCE.respond(Request(path))
        assert (response.status, response.content_type) == (404, "text/plain")


# --- Faults are composed from it -------------------------------------------------------------


class OverageIsZero(Reference):
    def overview(self, account: Account) -> Mapping[str, str]:
        return super().overview(replace(account, credits_overage=0))


class FormatsDisagree(Reference):
    def xml_overview(self, values: Mapping[str, str]) -> ET.Element:
        return super().xml_overview({**values, "requests": values["requests"] + "0"})


class KeyPrefixWillDo(Reference):
    def key_fits(self, reseller: Reseller, api_key: str) -> bool:
        return reseller.api_key.startswith(api_key)


class TaskMayBeMissing(Reference):
    def look_up(self, parameters: Any) -> Account | Refusal:
        return super().look_up(list(({"task": "overview"} | dict(parameters)).items()))


class WrappedOnceMore(Reference):
    def json_overview(self, values: Mapping[str, str]) -> object:
        return {"overview": super().json_overview(values)}


class FallsOverQuotes(Reference):
    def answer(self, wanted: Format, parameters: Any) -> Response:
        if any("'" in value for _, value in parameters):
            return Response(500, "text/html", b"<h1>Oops</h1>")
        return super().answer(wanted, parameters)


class AlwaysFine(Reference):
    def refuse(self, wanted: Format, refusal: Refusal) -> Response:
        return super().refuse(wanted, replace(refusal, status=200))


@pytest.mark.parametrize(
    "faulty, wanted, changed, shows",
    [
        (OverageIsZero, "json", {}, lambda a: b'"credits_overage": "0"' in a.body),
        (FormatsDisagree, "xml", {}, lambda a: b"<requests>5000000</requests>" in a.body),
        (KeyPrefixWillDo, "json", {"api_key": "D"}, lambda a: a.status == 200),
        (TaskMayBeMissing, "xml", {"task": None}, lambda a: a.status == 200),
        (WrappedOnceMore, "json", {}, lambda a: list(json.loads(a.body)) == ["overview"]),
        (FallsOverQuotes, "xml", {"user": "o'brien"}, lambda a: a.status == 500),
        (AlwaysFine, "json", {"user": "o"}, lambda a: a.status == 200 and b"errors" in a.body),
    ],
)
def test_overriding_one_method_makes_one_fault(
    faulty: type[Reference],
    wanted: str,
    changed: dict[str, str | None],
    shows: Callable[[Response], bool],
) -> None:
    sent = {name: value for name, value in {**RIGHT, **changed}.items() if value is not None}
    assert shows(make_call(Format(wanted), sent, faulty(REFERENCE.accounts)))
    assert not shows(make_call(Format(wanted), sent))


# --- The accounts that come with the package -------------------------------------------------


def test_no_name_is_a_near_miss_of_another() -> None:
    users = [account.user for reseller in (OURS, THEIRS) for account in reseller.customers]
    for names in (users, [OURS.api_user, THEIRS.api_user], [OURS.api_key, THEIRS.api_key]):
        for name, other in itertools.permutations(names, 2):
            assert not looks_alike(name, (other,))
            assert name not in other
            wrong = {
                make(s, name, "user") for s in COMMON_INVALID["user"] if s is not State.FOREIGN
            }
            assert other not in wrong


def test_values_differ_enough_to_show_any_mix_up() -> None:
    every = [REFERENCE.overview(account) for account in (*OURS.customers, *THEIRS.customers)]
    # an account at its allowance, or unused, has the same count twice
    assert sum(len(set(one.values())) == 10 for one in every) == 3
    for one, other in itertools.combinations(every, 2):
        alike = {name for name in one if one[name] == other[name]}
        assert alike <= {"credits_remain", "credits_overage"}
        assert {one[name] for name in alike} <= {"0"}


def test_the_accounts_try_what_is_hard_to_carry() -> None:
    users = "".join(account.user for account in OURS.customers)
    packages = "".join(account.package for account in OURS.customers)
    assert set("'+&=%<\">;#@ü漢") <= set(users)
    assert set("\"&<>'%ü€漢𝄞") <= set(packages)
    assert max(account.credits_used for account in OURS.customers) > 2**64
    assert any(account.credits_remain for account in OURS.customers)
    assert any(account.credits_overage for account in OURS.customers)
    assert OURS.api_key.swapcase() != OURS.api_key
    assert REFERENCE.accounts.foreign == THEIRS.customers[0].user


def test_a_key_is_not_in_any_repr() -> None:
    assert OURS.api_key not in repr(REFERENCE.accounts)


# --- Accounts of one's own -------------------------------------------------------------------

OWN: dict[str, Any] = {
    "resellers": [
        {
            "api_user": "me",
            "api_key": "Own-Key",
            "customers": [
                {
                    "user": "a@example.com",
                    "reputation": "99",
                    "requests": 1,
                    "package": "P",
                    "credits_allowed": "18446744073709551616",
                    "credits_used": 3,
                    "billing_start_date": "2012-01-01",
                    "billing_end_date": "2012-01-31",
                    "billing_process_date": "2012-02-01",
                }
            ],
        }
    ]
}


def changed(path: str, value: object) -> dict[str, Any]:
    document = deepcopy(OWN)
    *parents, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    entry: Any = document
    for step in parents:
        entry = entry[step]
    if value is ...:
        del entry[last]
    else:
        entry[last] = value
    return document


def test_an_accounts_file_of_ones_own_is_served(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text("\ufeff" + json.dumps(OWN), "utf-8")
    accounts = load_accounts(file)
    assert accounts == load_accounts(str(file)) == read_accounts(OWN)
    assert accounts.foreign is None
    response = make_call(
        Format.XML,
        {"api_user": "me", "api_key": "Own-Key", "task": "overview", "user": "a@example.com"},
        Reference(accounts),
    )
    assert overview_in(response)["credits_remain"] == "18446744073709551613"


def test_a_balance_that_is_given_stands() -> None:
    document = changed("resellers/0/customers/0/credits_overage", 7)
    (account,) = read_accounts(document).resellers[0].customers
    assert (account.credits_overage, account.credits_remain) == (7, 2**64 - 3)


CUSTOMER = "resellers/0/customers/0"


@pytest.mark.parametrize(
    "path, value, message",
    [
        ("resellers", [], "resellers must be a non-empty list: a list"),
        ("resellers", ..., "the accounts must have the member: resellers"),
        ("resellers/0", "me", 'resellers[0] must be an object: "me"'),
        ("resellers/0/api_user", ..., "resellers[0] must have the member: api_user"),
        (
            "resellers/0/api_user",
            "",
            'resellers[0].api_user must be text without control characters: ""',
        ),
        (
            "resellers/0/api_key",
            12345,
            "resellers[0] must have text without control characters as its api_key",
        ),
        ("resellers/0/key", "x", 'resellers[0] has an unknown member: "key"'),
        (
            f"{CUSTOMER}/requests",
            -5,
            "resellers[0].customers[0].requests must be a non-negative integer: -5",
        ),
        (f"{CUSTOMER}/requests", True, "...must be a non-negative integer: true"),
        (f"{CUSTOMER}/requests", 1.0, "...must be a non-negative integer: 1.0"),
        (f"{CUSTOMER}/requests", "05", '...must be a non-negative integer: "05"'),
        (f"{CUSTOMER}/requests", "5\n", '...must be a non-negative integer: "5\\n"'),
        (f"{CUSTOMER}/requests", "١٢", '...must be a non-negative integer: "١٢"'),
        (f"{CUSTOMER}/billing_end_date", "2010-02-30", '...a date as YYYY-MM-DD: "2010-02-30"'),
        (f"{CUSTOMER}/billing_end_date", "20100830", '...a date as YYYY-MM-DD: "20100830"'),
        (f"{CUSTOMER}/billing_end_date", 20100830, "...a date as YYYY-MM-DD: 20100830"),
        (f"{CUSTOMER}/package", "a\tb", '...text without control characters: "a\\tb"'),
        (f"{CUSTOMER}/package", "\ud800", '...text without control characters: "\\ud800"'),
        (f"{CUSTOMER}/user", None, "...text without control characters: null"),
    ],
)
def test_bad_accounts_are_told_in_one_line(path: str, value: object, message: str) -> None:
    with pytest.raises(AccountsError) as caught:
        read_accounts(changed(path, value))
    said = str(caught.value)
    assert said.endswith(message.removeprefix("..."))
    assert "\n" not in said
    assert message.startswith("...") or said == message


def test_names_that_stand_twice_are_told() -> None:
    reseller = OWN["resellers"][0]
    with pytest.raises(AccountsError, match='resellers must differ in their api_user: "me"'):
        read_accounts({"resellers": [reseller, reseller]})
    twice = {**reseller, "customers": reseller["customers"] * 2}
    with pytest.raises(AccountsError, match='customers must differ in their user: "a@exam'):
        read_accounts({"resellers": [twice]})


@pytest.mark.parametrize(
    "content, message",
    [
        (b"{", "the accounts file is not JSON (Expecting"),
        (b"\xff", "the accounts file is not in UTF-8"),
        (b"[" * 100_000, "the accounts file is nested too deeply"),
        (b"9" * 5000, "the accounts file is not JSON (Exceeds the limit"),
        (b'{"resellers": 1, "resellers": 2}', 'an object must differ in their name: "resellers"'),
        (None, "cannot read the accounts file, No such file or directory"),
    ],
)
def test_bad_files_are_told_in_one_line(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "accounts.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccountsError) as caught:
        load_accounts(file)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# --- The WSGI face ---------------------------------------------------------------------------


def call(
    method: str = "GET", body: bytes = b"", **environ: str
) -> tuple[str, dict[str, str], bytes]:
    """Call the application as PEP 3333 has it, the standard library's validator between."""
    full: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path_of(Format.XML),
        "SCRIPT_NAME": "",
        **environ,
    }
    if body:
        full["CONTENT_LENGTH"] = str(len(body))
    setup_testing_defaults(full)
    full["wsgi.input"] = BytesIO(body)
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started[:] = status, dict(headers)

    responded = validator(Application(REFERENCE))(full, start_response)
    try:
        content = b"".join(responded)
    finally:
        responded.close()
    return started[0], started[1], content


def test_wsgi_answers_as_the_core_does() -> None:
    expected = make_call(Format.XML, RIGHT)
    query = urlencode(RIGHT)
    for got in (
        call(QUERY_STRING=query),
        call("POST", query.encode(), QUERY_STRING=""),
        call(QUERY_STRING=query, SCRIPT_NAME="/mail", PATH_INFO=path_of(Format.XML)),
        call(QUERY_STRING=query, SCRIPT_NAME="/apiv2", PATH_INFO="/reseller.account.xml"),
    ):
        assert got == ("200 OK", expected.fields, expected.body)
        assert got[1]["Content-Length"] == str(len(expected.body))


def test_wsgi_answers_head_without_a_body() -> None:
    expected = make_call(Format.XML, RIGHT)
    assert call("HEAD", QUERY_STRING=urlencode(RIGHT)) == ("200 OK", expected.fields, b"")


def test_wsgi_tells_what_is_wrong() -> None:
    assert call(QUERY_STRING="")[0] == "400 Bad Request"
    assert call(QUERY_STRING="user=%FF&user=\xff")[0] == "400 Bad Request"
    assert call("DELETE", QUERY_STRING="")[0] == "405 Method Not Allowed"
    assert call(PATH_INFO="/caf\xc3\xa9\xff", QUERY_STRING="")[0] == "404 Not Found"


# --- The face without a socket ---------------------------------------------------------------


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("base", [EMBEDDED_URL, "http://127.0.0.1:9/mail"])
def test_requests_are_answered_in_the_process(wanted: Format, base: str) -> None:
    expected = make_call(wanted, RIGHT)
    url = base + path_of(wanted)
    with mocked(REFERENCE, base):
        for response in (requests.get(url, params=RIGHT), requests.post(url, data=RIGHT)):
            assert (response.status_code, response.content) == (200, expected.body)
            assert response.headers == expected.fields
        assert requests.get(url).status_code == 400
        assert requests.get(f"{url}?user=%FF").status_code == 400
        assert requests.delete(url).status_code == 405
        assert requests.get(base).status_code == 404
        head = requests.head(url, params=RIGHT)
        assert head.headers == expected.fields
        assert head.content == b""


def test_an_answer_can_be_read_bit_by_bit() -> None:
    expected = make_call(Format.JSON, RIGHT)
    with mocked(REFERENCE) as mock:
        url = EMBEDDED_URL + path_of(Format.JSON)
        response = requests.get(url, params=RIGHT, stream=True)
        read = iter(lambda: response.raw.read1(16, decode_content=False), b"")
        assert b"".join(read) == expected.body
        assert len(mock.calls) == 1


def test_nothing_else_is_answered_and_nothing_stays_patched() -> None:
    send = requests.adapters.HTTPAdapter.send
    with mocked(REFERENCE):
        for url in ("https://reference.invalid.example/", "http://127.0.0.1:9/"):
            with pytest.raises(requests.ConnectionError):
                requests.get(url)
    assert requests.adapters.HTTPAdapter.send is send


def test_the_error_of_a_scope_that_asked_nothing_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError), mocked(REFERENCE):
        _ = 1 / 0
