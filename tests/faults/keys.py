"""Error envelopes that contain the key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from urllib.parse import quote, urlencode

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Refusal, Request, Response
from reseller_conformance.requirements import (
    BOTH,
    ERRORS_NO_EXTRAS,
    ERRORS_NO_KEY_ECHO,
)

from .http import ERROR
from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    fault,
    sent,
    variant,
)
from .sockets import Exchange, head

# --- The key in the body -------------------------------------------------------------------------


def numbered(key: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in key)


ECHOES: dict[str, Callable[[dict[str, str]], str]] = {
    "raw": lambda given: f"The key {given['api_key']} is wrong or not allowed.",
    "raw_in_brackets": lambda given: f"Invalid request ({given['api_user']}:{given['api_key']})",
    "in_a_query": lambda given: f"Cannot serve ?{urlencode(given)}",
    "in_a_url": lambda given: f"https://api.example/apiv2/reseller.account.json?{urlencode(given)}",
    "in_a_dump": lambda given: f"Bad parameters: {given!r}",
    "in_json": lambda given: json.dumps(given),
    "in_base64": lambda given: base64.b64encode(given["api_key"].encode()).decode(),
    "in_basic_credentials": lambda given: (
        "Authorization: Basic "
        + base64.b64encode(f"{given['api_user']}:{given['api_key']}".encode()).decode()
    ),
    "in_base64_of_the_query": lambda given: base64.b64encode(urlencode(given).encode()).decode(),
    "in_percents": lambda given: "".join(f"%{byte:02X}" for byte in given["api_key"].encode()),
    "in_small_percents": lambda given: "".join(
        f"%{byte:02x}" for byte in given["api_key"].encode()
    ),
    "escaped_for_html": lambda given: escape(f"<{given['api_key']}>"),
    "in_numbers_for_html": lambda given: numbered(given["api_key"]),
    "in_unicode_escapes": lambda given: "".join(f"\\u{ord(c):04x}" for c in given["api_key"]),
    "of_sql": lambda given: f"SELECT * FROM reseller WHERE password = '{given['api_key']}'",
    "of_bytes": lambda given: str(given["api_key"].encode()),
    "in_url_safe_base64": lambda given: base64.urlsafe_b64encode(
        f"key={given['api_key']}".encode()
    ).decode(),
    "in_hexadecimal": lambda given: given["api_key"].encode().hex(),
    "in_hexadecimal_pairs": lambda given: given["api_key"].encode().hex(":"),
    "in_decimal_numbers": lambda given: str(list(given["api_key"].encode())),
    "in_quoted_printable": lambda given: "".join(f"={b:02X}" for b in given["api_key"].encode()),
    "in_base64_lines": lambda given: base64.encodebytes(
        f"{'.' * 53}{given['api_key']}".encode()
    ).decode(),
    "on_two_lines": lambda given: f"{given['api_key'][:3]}\n  {given['api_key'][3:]}",
    "hyphenated": lambda given: "\u00ad".join(given["api_key"]),
    "with_zero_width_spaces": lambda given: "\u200b".join(given["api_key"]),
    "quoted": lambda given: quote(json.dumps({"key": given["api_key"]}), safe=""),
}


def telling(
    write: Callable[[dict[str, str]], str], when: Callable[[dict[str, str]], bool] = lambda _: True
) -> Callable[[], Reference]:
    """Make a reference whose errors contain this text, which is made of the parameters."""

    def look_up(self: Reference, parameters: Sequence[tuple[str, str]]) -> object:
        found, given = Reference.look_up(self, parameters), dict(parameters)
        if isinstance(found, Refusal) and given.get("api_key") and when(given):
            known = {"api_user": ""} | given
            return replace(found, errors=(*found.errors, write(known)))
        return found

    return variant(look_up=look_up)


def echo(name: str, description: str, make: Callable[[], Reference], **rest: object) -> None:
    fault(
        fails=ERRORS_NO_KEY_ECHO,
        name=f"key_{name}",
        description=description,
        **rest,
    )(make)


for _name, _write in ECHOES.items():
    for _formats in (BOTH,) if _name not in ("raw", "in_a_url") else (BOTH, JSON, XML):
        _where = "" if _formats == BOTH else f"_in_{_formats[0]}"
        echo(
            f"{_name}{_where}",
            f"the key comes back {_name.replace('_', ' ')}",
            telling(_write),
            formats=_formats,
        )

OURS = ACCOUNTS.resellers[0]
echo(
    "raw_where_user_is_unknown",
    "the key comes back if only the customer is unknown",
    telling(ECHOES["raw"], lambda given: given["api_key"] == OURS.api_key and "user" in given),
)
echo(
    "raw_where_key_is_wrong",
    "an invalid key comes back",
    telling(ECHOES["raw"], lambda given: given["api_key"] != OURS.api_key),
)
echo(
    "raw_where_api_user_is_wrong",
    "the key comes back if api_user is invalid",
    telling(ECHOES["raw"], lambda given: given.get("api_user") != OURS.api_user),
)
echo(
    "raw_where_task_is_missing",
    "the key comes back if task is missing",
    telling(ECHOES["raw"], lambda given: "task" not in given),
)
echo(
    "raw_where_two_are_missing",
    "the key comes back if task and user are missing",
    telling(ECHOES["raw"], lambda given: not {"task", "user"} & set(given)),
)


def echoing(write: Callable[[Response, str], Response]) -> Callable[[], Reference]:
    class Echo(Reference):
        def respond(self, request):
            response, key = super().respond(request), sent(request).get("api_key")
            return write(response, key) if key and response.status >= 400 else response

    return lambda: Echo(ACCOUNTS)


def telling_only(name: str, description: str, when: Callable[[Request], bool]) -> None:
    """Register a server whose errors contain the key in some requests only."""

    class Telling(Reference):
        def respond(self, request: Request) -> Response:
            told = ECHOES["raw"] if when(request) else None
            return (telling(told)() if told else Reference(ACCOUNTS)).respond(request)

    echo(name, description, lambda: Telling(ACCOUNTS))


telling_only("raw_in_forms", "the key comes back in forms", lambda r: r.method == "POST")
for _client in ("curl", "Java", "Mozilla"):
    telling_only(
        f"raw_to_{_client.lower()}",
        f"the key comes back if the client is {_client}",
        lambda request, client=_client: client in (request.header("User-Agent") or ""),
    )
telling_only(
    "raw_where_http_authentication_is_sent",
    "the key comes back if Authorization is sent",
    lambda request: request.header("Authorization") is not None,
)
telling_only(
    "raw_where_an_escape_is_incorrect",
    "the key comes back if an escape is incorrect",
    lambda request: b"%z" in request.query,
)


def in_the_body(
    name: str,
    description: str,
    write: Callable[[Response, str], Response],
    formats: Sequence[Format],
) -> None:
    fault(
        fails=ERRORS_NO_KEY_ECHO,
        also=() if "comment" in name else (ERRORS_NO_EXTRAS,),
        formats=formats,
        name=f"key_{name}",
        description=description,
    )(echoing(write))


def put_in(response: Response, before: str, text: str) -> Response:
    start, found, end = response.body.rpartition(before.encode())
    return replace(
        response,
        body=start
        + text.encode("utf-8" if before == "}" else "iso-8859-1", "xmlcharrefreplace")
        + found
        + end,
    )


def commented(response: Response, key: str) -> Response:
    # A comment cannot hold two hyphens, nor end in one (XML 1.0, 2.5).
    reported = "" if "--" in key or key.endswith("-") else f"<!-- key {key} -->"
    return put_in(response, "</result>", reported)


def with_attribute(response: Response, key: str) -> Response:
    written = f'<result key="{escape(key)}">'.encode("iso-8859-1", "xmlcharrefreplace")
    return replace(response, body=response.body.replace(b"<result>", written))


in_the_body("in_a_comment", "the key comes back in a comment", commented, XML)
in_the_body("in_an_attribute", "the key comes back in an attribute", with_attribute, XML)
in_the_body(
    "in_a_member",
    "the key comes back in a member of its own",
    lambda response, key: put_in(response, "}", f', "api_key": {json.dumps(key)}\n'),
    JSON,
)
in_the_body(
    "in_a_name",
    "the key comes back as the name of a member",
    lambda response, key: put_in(response, "}", f", {json.dumps(key)}: true\n"),
    JSON,
)
in_the_body(
    "in_a_nested_member",
    "the key comes back deep in a copy of the request",
    lambda response, key: put_in(
        response, "}", f', "request": {{"query": [{json.dumps(["api_key", key])}]}}\n'
    ),
    JSON,
)


# --- The key outside the body --------------------------------------------------------------------


def in_a_header(
    name: str, description: str, field: str, write: Callable[[dict[str, str]], str]
) -> None:
    """Make a reference whose errors have an additional header, written from the parameters."""

    class Echo(Reference):
        def respond(self, request):
            response, given = super().respond(request), sent(request)
            if not given.get("api_key") or response.status < 400:
                return response
            value = write({"api_user": ""} | given)
            return replace(response, headers=(*response.headers, (field, value)))

    echo(name, description, lambda: Echo(ACCOUNTS))


def in_query(given: dict[str, str]) -> str:
    return f"?{urlencode(given)}"


def in_credentials(given: dict[str, str]) -> str:
    return base64.b64encode(f"{given['api_user']}:{given['api_key']}".encode()).decode()


def only(which: Callable[[str], bool]) -> Callable[[dict[str, str]], str]:
    return lambda given: in_query(given) if which(given["api_key"]) else "none"


for _name, _description, _field, _write in (
    ("in_a_header", "the key comes back in a header", "X-Request", in_query),
    ("in_a_header_in_base64", "the key comes back in a header", "X-Auth", in_credentials),
    ("in_the_location", "errors contain their own URL", "Content-Location", in_query),
    ("in_a_link", "errors link to themselves", "Link", lambda given: f"<{in_query(given)}>"),
    ("in_a_cookie", "the key comes back in a cookie", "Set-Cookie", lambda g: f"q={in_query(g)}"),
    (
        "in_a_cookie_in_base64",
        "credentials come back in a cookie",
        "Set-Cookie",
        lambda given: f"session={in_credentials(given)}; HttpOnly",
    ),
    (
        "in_a_header_where_it_is_right",
        "a valid key comes back in a header",
        "X-Request",
        only(lambda key: key == OURS.api_key),
    ),
    (
        "in_a_header_where_it_is_wrong",
        "an invalid key comes back in a header",
        "X-Request",
        only(lambda key: key != OURS.api_key),
    ),
):
    in_a_header(_name, _description, _field, _write)


@fault(fails=ERRORS_NO_KEY_ECHO, wire=True, when=ERROR)
def key_in_the_reason_phrase(exchange: Exchange) -> None:
    """The reason phrase of errors contains the key."""
    key = quote(sent(exchange.request).get("api_key", ""), safe="")
    line, _, rest = head(exchange.response).partition(b"\r\n")
    exchange.send(line, f" ({key})\r\n".encode(), rest, exchange.response.body)


# --- The key in pieces ---------------------------------------------------------------------------


def in_pieces(name: str, joint: str) -> None:
    def broken(response: Response, key: str) -> Response:
        reported = f"<error>key {escape(key[:3])}{joint}{escape(key[3:])}</error>"
        return put_in(response, "</errors>", reported)

    fault(
        fails=ERRORS_NO_KEY_ECHO,
        formats=XML,
        name=f"key_broken_by_{name}",
        description=f"the key comes back in XML, broken by {name.replace('_', ' ')}",
    )(echoing(broken))


for _name, _joint in {
    "a_comment": "<!-- -->",
    "an_instruction": "<?x y?>",
    "an_empty_section": "<![CDATA[]]>",
}.items():
    in_pieces(_name, _joint)
