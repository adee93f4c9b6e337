"""Responses that depend on the client: on header fields, on the HTTP version, on cookies."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from reseller_conformance.cases.profiles import profiles
from reseller_conformance.contract import Format, path_of
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.reference.core import Refusal
from reseller_conformance.requirements import (
    BOTH,
    CLIENTS_ACCEPT,
    CLIENTS_ACCEPT_OTHER,
    CLIENTS_BROWSER,
    CLIENTS_CONNECTION,
    CLIENTS_COOKIES,
    CLIENTS_HEAD,
    CLIENTS_HTTP_VERSION,
    CLIENTS_IDENTITY,
    CLIENTS_LANGUAGE,
    CLIENTS_NO_ACCEPT_ENCODING,
    CLIENTS_NO_USER_AGENT,
    CLIENTS_SAME_RESPONSE,
    CLIENTS_USER_AGENT,
    HTTP_CONTENT_TYPE,
    HTTP_ERROR_STATUS,
    HTTP_SERVER_ERROR,
    Requirement,
)

from .registry import ACCOUNTS, JSON, XML, fault, variant
from .sockets import Exchange, head

When = Callable[[Request], bool]
Responder = Callable[[Reference, Request], Response]

# --- What the client gets instead ----------------------------------------------------------------


def page(status: int) -> Responder:
    """Respond with a page of HTML."""
    body = f"<html><body><h1>{status}</h1></body></html>".encode()
    return lambda _self, _request: Response(status, "text/html", body)


def envelope(status: int) -> Responder:
    """Respond with an error envelope in the correct format."""

    def response(self: Reference, request: Request) -> Response:
        return self.refuse(format_of(request), Refusal(status, ("Not for this client.",)))

    return response


def other_format(self: Reference, request: Request) -> Response:
    """Respond correctly, but in the other format."""
    other = Format.XML if format_of(request) is Format.JSON else Format.JSON
    return Reference.respond(self, replace(request, path=path_of(other)))


def rewritten(change: Callable[[Response], Response]) -> Responder:
    """Respond correctly, and change the response."""
    return lambda self, request: change(Reference.respond(self, request))


def replaced(old: str, new: str) -> Responder:
    """Respond with one text in place of another."""
    return rewritten(
        lambda found: replace(found, body=found.body.replace(old.encode(), new.encode()))
    )


def format_of(request: Request) -> Format:
    return Format.XML if request.path.endswith(".xml") else Format.JSON


def by_head(
    name: str,
    description: str,
    when: When,
    response: Responder,
    *,
    fails: Requirement,
    also: Sequence[Requirement] = (),
    formats: Sequence[Format] = BOTH,
    family: str = "",
) -> None:
    """Register a fault that shows if the request head meets a condition."""

    def respond(self: Reference, request: Request) -> Response:
        if when(request):
            return response(self, request)
        return Reference.respond(self, request)

    fault(
        fails=fails, also=also, formats=formats, family=family, name=name, description=description
    )(variant(respond=respond))


def has(field: str, part: str) -> When:
    return lambda request: part.lower() in (request.header(field) or "").lower()


def lacks(field: str) -> When:
    return lambda request: request.header(field) is None


def is_valid(request: Request) -> bool:
    plain = replace(request, headers=(), version="1.1")
    return Reference(ACCOUNTS).respond(plain).status == 200


def both(*tests: When) -> When:
    return lambda request: all(test(request) for test in tests)


def is_invalid(request: Request) -> bool:
    return not is_valid(request)


# --- Accept --------------------------------------------------------------------------------------

FORMS: dict[str, When] = {
    "absent": lacks("Accept"),
    "axios": has("Accept", "application/json, text/plain"),
    "java": has("Accept", "image/gif"),
    "browser": has("Accept", "application/xhtml+xml"),
}
for _form, _when in FORMS.items():
    for _kind, _answer in {
        "page_403": page(403),
        "page_200": page(200),
        "page_406": page(406),
        "envelope": envelope(406),
        "other_format": other_format,
    }.items():
        by_head(
            f"accept_{_form}_{_kind}",
            f"an Accept as of {_form} gets: {_kind}",
            _when,
            _answer,
            fails=CLIENTS_ACCEPT,
            family=f"accept_{_form}",
        )
    by_head(
        f"accept_{_form}_errors_as_html",
        f"with an Accept as of {_form}, errors are HTML",
        both(_when, is_invalid),
        page(400),
        fails=CLIENTS_ACCEPT,
        family="accept_errors",
    )
for _formats, _type in ((JSON, "application/xml"), (XML, "application/json")):
    _strict = (lambda kind: lambda request: request.header("Accept") == kind)(_type)
    by_head(
        f"accept_chooses_{_type[-4:].strip('/')}",
        f"Accept: {_type} brings that format under the other's URL",
        _strict,
        other_format,
        fails=CLIENTS_ACCEPT,
        formats=_formats,
        family="accept_strict",
    )
    by_head(
        f"accept_chooses_{_type[-4:].strip('/')}_of_errors",
        f"Accept: {_type} brings errors in that format",
        both(_strict, is_invalid),
        other_format,
        fails=CLIENTS_ACCEPT,
        formats=_formats,
        family="accept_strict",
    )
    for _status in (403, 404, 406, 415):
        by_head(
            f"accept_{_type[-4:].strip('/')}_refused_{_status}",
            f"Accept: {_type} under the other format gets {_status}",
            _strict,
            page(_status),
            fails=CLIENTS_ACCEPT_OTHER,
            formats=_formats,
            family="accept_refused",
        )


def wants_html(request: Request) -> bool:
    return request.header("Accept") == "text/html"


by_head(
    "accept_html_brings_a_page",
    "Accept: text/html brings a page",
    wants_html,
    page(200),
    fails=CLIENTS_ACCEPT,
    family="accept_html",
)
by_head(
    "accept_html_brings_errors_as_html",
    "with Accept: text/html, errors are HTML",
    both(wants_html, is_invalid),
    page(400),
    fails=CLIENTS_ACCEPT,
    family="accept_html",
)
by_head(
    "accept_html_refused",
    "Accept: text/html gets an error envelope with 406",
    wants_html,
    envelope(406),
    fails=CLIENTS_ACCEPT_OTHER,
    family="accept_html",
)
by_head(
    "accept_html_crashes",
    "Accept: text/html crashes",
    wants_html,
    page(500),
    fails=CLIENTS_ACCEPT,
    family="accept_html",
)

# --- User-Agent ----------------------------------------------------------------------------------

AGENTS = {
    name: profile.field("User-Agent")
    for name, profile in profiles().items()
    if profile.field("User-Agent") is not None
}
for _client, _agent in AGENTS.items():
    _word = (_agent or "").partition("/")[0]
    _fails = CLIENTS_BROWSER if _word == "Mozilla" else CLIENTS_USER_AGENT
    by_head(
        f"agent_{_client}_refused",
        f"the User-Agent of {_client} gets a page with 403",
        has("User-Agent", _word),
        page(403),
        fails=_fails,
        family="agent_refused",
    )
for _name, _answer in {
    "challenge": page(200),
    "unavailable": page(503),
    "envelope": envelope(403),
    "redirect": rewritten(
        lambda found: replace(found, status=302, body=b"", headers=(("Location", "/"),))
    ),
}.items():
    by_head(
        f"agent_curl_gets_{_name}",
        f"the User-Agent of curl gets: {_name}",
        has("User-Agent", "curl"),
        _answer,
        fails=CLIENTS_USER_AGENT,
        family="agent_answer",
    )
by_head(
    "agents_of_libraries_refused",
    "every User-Agent but a browser's and the suite's is refused",
    lambda request: not (request.header("User-Agent") or "").startswith(("Mozilla", "reseller")),
    page(403),
    fails=CLIENTS_USER_AGENT,
    also=(CLIENTS_NO_USER_AGENT,),
)
by_head(
    "agent_of_python_refused_in_errors",
    "the User-Agent of Python gets a page instead of an error",
    both(has("User-Agent", "python"), is_invalid),
    page(403),
    fails=CLIENTS_USER_AGENT,
)
by_head(
    "agent_absent_refused",
    "a request without User-Agent gets a page with 403",
    lacks("User-Agent"),
    page(403),
    fails=CLIENTS_NO_USER_AGENT,
)
by_head(
    "agent_absent_crashes",
    "a request without User-Agent crashes",
    lacks("User-Agent"),
    page(500),
    fails=CLIENTS_NO_USER_AGENT,
)
by_head(
    "agent_and_accept_absent_refused",
    "a request with neither User-Agent nor Accept gets a page with 403",
    both(lacks("User-Agent"), lacks("Accept")),
    page(403),
    fails=CLIENTS_NO_USER_AGENT,
)
by_head(
    "browser_gets_a_page",
    "a browser gets a page of documentation",
    has("Sec-Fetch-Mode", "navigate"),
    page(200),
    fails=CLIENTS_BROWSER,
)
by_head(
    "browser_is_sent_to_https",
    "Upgrade-Insecure-Requests gets a redirect",
    has("Upgrade-Insecure-Requests", "1"),
    rewritten(lambda found: replace(found, status=307, headers=(("Location", "https://x/"),))),
    fails=CLIENTS_BROWSER,
)

# --- The check of the key ------------------------------------------------------------------------


def with_key(self: Reference, request: Request) -> Response:
    """Respond as if the call had the first reseller's key."""
    sent = [pair for pair in request.query.split(b"&") if not pair.startswith(b"api_key")]
    key = b"api_key=" + ACCOUNTS.resellers[0].api_key.encode()
    return Reference.respond(self, replace(request, query=b"&".join([*sent, key])))


TRUSTED: dict[str, When] = {
    "curl": has("User-Agent", "curl/"),
    "axios": has("User-Agent", "axios"),
    "browser": has("User-Agent", "Mozilla"),
    "http_1.0": lambda request: request.version == "1.0",
}
for _client, _when in TRUSTED.items():
    by_head(
        f"key_unchecked_for_{_client}",
        f"the key is not checked if the client is {_client}",
        _when,
        with_key,
        fails=CLIENTS_SAME_RESPONSE,
    )

# --- Any other field -----------------------------------------------------------------------------

by_head(
    "fetch_of_scripts_refused",
    "Sec-Fetch-Mode: cors gets a page with 403",
    has("Sec-Fetch-Mode", "cors"),
    page(403),
    fails=CLIENTS_SAME_RESPONSE,
)
by_head(
    "keep_alive_refused",
    "Connection: keep-alive gets an error envelope",
    has("Connection", "keep-alive"),
    envelope(400),
    fails=CLIENTS_SAME_RESPONSE,
)
by_head(
    "te_refused",
    "a request with TE gets a page with 400",
    has("TE", "deflate"),
    page(400),
    fails=CLIENTS_SAME_RESPONSE,
)
by_head(
    "names_in_lower_case_refused",
    "header names in lower case are not known, and the request has no User-Agent then",
    lambda request: {name for name, _ in request.headers} >= {"accept", "user-agent"},
    page(400),
    fails=CLIENTS_SAME_RESPONSE,
)
by_head(
    "another_account_for_axios",
    "axios gets the overview of another customer",
    both(has("User-Agent", "axios"), is_valid),
    lambda self, request: self.show(format_of(request), self.accounts.resellers[1].customers[0]),
    fails=CLIENTS_USER_AGENT,
)
by_head(
    "let_in_with_brotli",
    "a call without task is accepted if br is offered",
    both(has("Accept-Encoding", "br"), is_invalid),
    lambda self, request: self.show(format_of(request), self.accounts.resellers[0].customers[0]),
    fails=CLIENTS_SAME_RESPONSE,
)

by_head(
    "axios_gets_errors_with_200",
    "an error has the status 200 for axios",
    both(has("User-Agent", "axios"), is_invalid),
    rewritten(lambda found: replace(found, status=200)),
    fails=HTTP_ERROR_STATUS,
)

# --- Languages and charsets ----------------------------------------------------------------------


def localised(text: str) -> str:
    """Write a count with separators, where there is one."""
    return f"{int(text):,}".replace(",", ".") if text.isdecimal() and len(text) > 3 else text


def with_overview(change: Callable[[str, str], str]) -> Responder:
    """Respond with the fields changed, each by its name."""

    class Changed(Reference):
        def overview(self, account):
            values = super().overview(account)
            return {name: change(name, value) for name, value in values.items()}

    return lambda self, request: Changed(self.accounts).respond(request)


def day_first(name: str, value: str) -> str:
    return ".".join(reversed(value.split("-"))) if name.endswith("_date") else value


def thai(name: str, value: str) -> str:
    return f"{int(value[:4]) + 543}{value[4:]}" if name.endswith("_date") else value


def hijri(name: str, value: str) -> str:
    return f"{int(value[:4]) - 579}{value[4:]}" if name.endswith("_date") else value


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LOCALES: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "counts_in_german": ("de", lambda _, value: localised(value)),
    "dates_in_german": ("de", day_first),
    "package_in_german": ("de", lambda name, value: "Paket" if name == "package" else value),
    "digits_in_arabic": ("ar", lambda _, value: value.translate(ARABIC)),
    "dates_in_hijri_years": ("ar-SA", hijri),
    "dates_for_any_language": ("", day_first),
    "dates_in_buddhist_years": ("", thai),
    "reputation_of_the_region": ("", lambda name, value: "7" if name == "reputation" else value),
    "package_for_english": (
        "en",
        lambda name, value: f"{value} plan" if name == "package" else value,
    ),
}
for _name, (_language, _change) in LOCALES.items():
    by_head(
        f"language_{_name}",
        f"Accept-Language changes values: {_name.replace('_', ' ')}",
        (lambda part: lambda request: part in (request.header("Accept-Language") or "\0"))(
            _language
        )
        if _language
        else lambda request: request.header("Accept-Language") is not None,
        with_overview(_change),
        fails=CLIENTS_LANGUAGE,
        family="language",
    )
by_head(
    "language_refused",
    "an unknown language gets 406",
    has("Accept-Language", "ar-SA,ar;q=0.9"),
    page(406),
    fails=CLIENTS_LANGUAGE,
    family="language",
)


def charset(name: str, description: str, formats: Sequence[Format], response: Responder) -> None:
    by_head(
        f"charset_asked_{name}",
        description,
        has("Accept-Charset", "iso-8859-1"),
        response,
        fails=CLIENTS_LANGUAGE,
        formats=formats,
        family="charset",
    )


charset(
    "json_in_latin_1",
    "JSON is in ISO-8859-1 if Accept-Charset requests it",
    JSON,
    rewritten(
        lambda found: replace(
            found,
            content_type="application/json; charset=iso-8859-1",
            body=json.dumps(json.loads(found.body), ensure_ascii=False).encode(
                "iso-8859-1", "replace"
            ),
        )
    ),
)
charset(
    "xml_called_utf_8",
    "XML is declared as UTF-8 where Accept-Charset is sent, and stays in ISO-8859-1",
    XML,
    rewritten(lambda found: replace(found, content_type="application/xml; charset=utf-8")),
)
charset(
    "json_called_latin_1",
    "JSON is declared as ISO-8859-1 if Accept-Charset requests it",
    JSON,
    rewritten(lambda found: replace(found, content_type="application/json; charset=iso-8859-1")),
)

# --- The media type ------------------------------------------------------------------------------

for _name, _when, _type in (
    ("html_for_browsers", has("Accept", "text/html"), "text/html"),
    ("plain_for_axios", has("Accept", "text/plain"), "text/plain"),
    (
        "xml_where_it_alone_is_accepted",
        lambda r: r.header("Accept") == "application/xml",
        "text/xml",
    ),
):
    by_head(
        f"json_called_{_name}",
        f"JSON is called {_type} for some values of Accept",
        _when,
        rewritten(lambda found, said=_type: replace(found, content_type=said)),
        fails=HTTP_CONTENT_TYPE,
        formats=JSON,
        family="media_type",
    )

# --- Content codings -----------------------------------------------------------------------------


def coded(found: Response) -> Response:
    # the in-process client decodes no content coding
    return replace(found, headers=(*found.headers, ("Content-Encoding", "gzip")))


by_head(
    "gzip_though_identity",
    "every response is compressed although identity is requested",
    has("Accept-Encoding", "identity"),
    rewritten(coded),
    fails=CLIENTS_IDENTITY,
    also=(CLIENTS_SAME_RESPONSE,),
)
by_head(
    "gzip_where_nothing_is_said",
    "every response is compressed where Accept-Encoding is missing",
    lacks("Accept-Encoding"),
    rewritten(coded),
    fails=CLIENTS_NO_ACCEPT_ENCODING,
    also=(CLIENTS_SAME_RESPONSE,),
)
by_head(
    "errors_compressed_though_identity",
    "errors are compressed although identity is requested",
    both(has("Accept-Encoding", "identity"), is_invalid),
    rewritten(coded),
    fails=CLIENTS_IDENTITY,
)

# --- HTTP/1.0 and the connection -----------------------------------------------------------------


def is_old(request: Request) -> bool:
    return request.version == "1.0"


def cut(found: Response) -> Response:
    return replace(found, body=found.body[:-40])


for _status in (400, 403, 426, 505):
    by_head(
        f"http_1_0_refused_{_status}",
        f"HTTP/1.0 gets {_status}",
        is_old,
        page(_status),
        fails=CLIENTS_HTTP_VERSION,
        family="http_1_0_refused",
    )
by_head(
    "http_1_0_cut",
    "the last bytes of a response to HTTP/1.0 are missing",
    is_old,
    rewritten(cut),
    fails=CLIENTS_CONNECTION,
)
by_head(
    "http_1_0_redirected",
    "HTTP/1.0 is redirected, because it sends no host",
    is_old,
    rewritten(lambda found: replace(found, status=301, headers=(("Location", "http://x/"),))),
    fails=CLIENTS_CONNECTION,
)
by_head(
    "closed_connections_cut",
    "with Connection: close the last bytes are missing",
    has("Connection", "close"),
    rewritten(cut),
    fails=CLIENTS_CONNECTION,
    also=(CLIENTS_SAME_RESPONSE,),
)
by_head(
    "closed_connections_refused",
    "Connection: close gets a page with 400",
    has("Connection", "close"),
    page(400),
    fails=CLIENTS_CONNECTION,
)


@fault(fails=CLIENTS_CONNECTION, wire=True, when=lambda: is_old)
def http_1_0_gets_chunks(exchange: Exchange) -> None:
    """HTTP/1.0 gets a body in chunks."""
    body = exchange.response.body
    exchange.send(
        head(exchange.response, Content_Length=None, Transfer_Encoding="chunked"),
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
    )


@fault(fails=CLIENTS_CONNECTION, wire=True, when=lambda: is_old)
def http_1_0_cut_on_the_wire(exchange: Exchange) -> None:
    """The connection closes before the whole response to HTTP/1.0 is sent."""
    exchange.send(head(exchange.response), exchange.response.body[:-10])


@fault(fails=CLIENTS_HTTP_VERSION, wire=True, when=lambda: is_old)
def http_1_0_dropped(exchange: Exchange) -> None:
    """HTTP/1.0 gets no response: the connection is closed."""
    exchange.connection.close()


# --- Cookies -------------------------------------------------------------------------------------

SESSION = ("Set-Cookie", "session=4f1c9a; Path=/; HttpOnly")


def sessions(
    name: str, description: str, with_cookie: Responder, *, also: Sequence[Requirement] = ()
) -> None:
    """Register a fault that sets a cookie with an overview, and later depends on it."""

    def respond(self: Reference, request: Request) -> Response:
        if has("Cookie", "session=4f1c9a")(request):
            return with_cookie(self, request)
        found = Reference.respond(self, request)
        if found.status == 200 and request.method == "GET":
            return replace(found, headers=(*found.headers, SESSION))
        return found

    fault(fails=CLIENTS_COOKIES, also=also, family="cookies", name=name, description=description)(
        variant(respond=respond)
    )


def first_account(self: Reference, request: Request) -> Response:
    return self.show(format_of(request), self.accounts.resellers[0].customers[0])


def let_in(test: When) -> Responder:
    return lambda self, request: (
        first_account(self, request) if test(request) else Reference.respond(self, request)
    )


sessions("cookie_is_a_credential", "with the cookie any call is accepted", first_account)
sessions(
    "cookie_for_a_missing_key",
    "with the cookie a call without api_key is accepted",
    let_in(lambda request: b"api_key=" not in request.query),
)
sessions(
    "cookie_for_missing_credentials",
    "with the cookie a call without credentials is accepted",
    let_in(lambda request: b"api_" not in request.query),
)
sessions(
    "cookie_for_a_wrong_key",
    "with the cookie an invalid key is accepted",
    let_in(lambda request: b"api_key=" in request.query),
)
sessions(
    "cookie_for_a_missing_user",
    "with the cookie a call without user is accepted",
    let_in(lambda request: b"user=" not in request.query.replace(b"api_user=", b"")),
)
sessions(
    "cookie_for_a_foreign_customer",
    "with the cookie the reseller of the customer is not checked",
    let_in(lambda request: b"user=stranger" in request.query),
)
sessions(
    "cookie_of_one_customer_for_another",
    "with the cookie any valid call gets the overview of the customer who was asked about first",
    let_in(is_valid),
)
sessions("cookie_breaks_valid_calls", "with the cookie any call is refused", envelope(403))
sessions("cookie_crashes", "with the cookie any call crashes", page(500))

# --- POST ----------------------------------------------------------------------------------------

by_head(
    "invalid_form_crashes",
    "a form without a valid call in it crashes",
    lambda request: request.method == "POST" and is_invalid(request),
    page(500),
    fails=HTTP_SERVER_ERROR,
)

# --- HEAD ----------------------------------------------------------------------------------------

by_head(
    "head_crashes",
    "HEAD gets 500",
    lambda request: request.method == "HEAD",
    page(500),
    fails=CLIENTS_HEAD,
)
by_head(
    "head_not_implemented",
    "HEAD gets 501",
    lambda request: request.method == "HEAD",
    page(501),
    fails=CLIENTS_HEAD,
)
