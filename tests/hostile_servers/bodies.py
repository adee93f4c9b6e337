"""Bodies that never end, swell when they are decoded, or are much larger than expected."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache, partial

from faults.sockets import Exchange, head
from reseller_conformance.contract import Format
from reseller_conformance.requirements import (
    BOTH,
    ERRORS_LIST,
    ERRORS_NO_EMPTY_TEXT,
    ERRORS_NO_EXTRAS,
    ERRORS_SHAPE,
    HTTP_BODY,
    HTTP_CHARSET,
    HTTP_COMPLETE,
    HTTP_TIMEOUT,
    READABLE_ENCODING,
    READABLE_ENVELOPE,
    READABLE_FORMAT,
    READABLE_NO_DOCTYPE,
    READABLE_SYNTAX,
    Requirement,
)

from .registry import ALL, Scope, hostile

__all__: list[str] = []

BLOCK = 64 * 1024
NEARLY = 1_000_000
"""A size just below the longest body that is read."""

JSON, XML = (Format.JSON,), (Format.XML,)


# --- Without end ---------------------------------------------------------------------------------


def poured(exchange: Exchange, start: bytes, piece: bytes) -> None:
    exchange.send(start)
    block = piece * (BLOCK // len(piece) + 1)
    while not exchange.stopped.is_set():
        exchange.send(block)


@hostile(first=HTTP_COMPLETE, scopes=ALL)
def endless_body(exchange: Exchange) -> None:
    """Spaces without end, of no announced length."""
    poured(exchange, head(exchange.response, Content_Length=None), b" ")


@hostile(first=HTTP_COMPLETE)
def endless_chunks(exchange: Exchange) -> None:
    """Chunks without end."""
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start, b"40\r\n" + b" " * 64 + b"\r\n")


@hostile(first=HTTP_TIMEOUT)
def endless_tiny_chunks(exchange: Exchange) -> None:
    """Chunks of a single byte, without end."""
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start, b"1\r\n \r\n")


@hostile(first=HTTP_COMPLETE)
def endless_chunk_size(exchange: Exchange) -> None:
    """A chunk whose size never ends."""
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start, b"f")


@hostile(first=HTTP_COMPLETE)
def endless_chunk_extension(exchange: Exchange) -> None:
    """A chunk whose extension never ends."""
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start + b"1;", b"x=1;")


@hostile(first=HTTP_COMPLETE)
def endless_trailers(exchange: Exchange) -> None:
    """Trailers without end, after a whole body in chunks."""
    body = exchange.response.body
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start + b"%x\r\n%s\r\n0\r\n" % (len(body), body), b"X-Trailer: x\r\n")


@hostile(first=HTTP_COMPLETE)
def a_terabyte(exchange: Exchange) -> None:
    """A terabyte is announced, and sent as fast as it is read."""
    poured(exchange, head(exchange.response, Content_Length=str(2**40)), b"x")


@hostile(first=HTTP_COMPLETE)
def a_gigabyte_chunk(exchange: Exchange) -> None:
    """One chunk of a gigabyte."""
    start = head(exchange.response, Content_Length=None, Transfer_Encoding="chunked")
    poured(exchange, start + b"40000000\r\n", b"x")


# --- Content codings -----------------------------------------------------------------------------


@cache
def packed(name: str) -> bytes:
    zeros = bytes(20_000_000)
    if name == "deflate":
        return zlib.compress(zeros)
    once = gzip.compress(zeros, mtime=0)
    return {
        "gzip": once,
        "gzip, gzip": gzip.compress(once, mtime=0),
        "gzip, deflate, gzip": gzip.compress(zlib.compress(once), mtime=0),
        "gzip members": gzip.compress(bytes(2000), mtime=0) * 10_000,
    }[name]


def coded(name: str, does: str, coding: str, body: Callable[[], bytes]) -> None:
    def write(exchange: Exchange) -> None:
        content = body()
        length = str(len(content))
        exchange.send(head(exchange.response, Content_Encoding=coding, Content_Length=length))
        exchange.send(content)

    hostile(first=HTTP_COMPLETE, name=name, does=does)(write)


coded("gzip bomb", "20 MB of nothing in 20 kB", "gzip", lambda: packed("gzip"))
coded("deflate bomb", "the same in deflate", "deflate", lambda: packed("deflate"))
coded("nested gzip bomb", "the same, packed twice", "gzip, gzip", lambda: packed("gzip, gzip"))
coded(
    "three codings",
    "the same, packed three times",
    "gzip, deflate, gzip",
    lambda: packed("gzip, deflate, gzip"),
)
coded("many members", "10,000 members in one gzip", "gzip", lambda: packed("gzip members"))
coded("a thousand codings", "gzip a thousand times over", "gzip, " * 1000, lambda: packed("gzip"))
coded("brotli", "a coding that was not offered", "br", lambda: b"\x0b\x02\x80hello\x03")
coded("zstd in gzip", "a known coding around an unknown one", "zstd, gzip", lambda: packed("gzip"))


@hostile(first=None, every=None, exit_code=0, scopes=(Scope.EVERY,))
def huge_count(exchange: Exchange) -> None:
    """A correct count of 900,000 digits."""
    count = b"9" * 900_000
    text = re.sub(rb'(requests"?[:>] *"?)[0-9]+', rb"\g<1>" + count, exchange.response.body)
    exchange.send(head(exchange.response, Content_Length=str(len(text))), text)


# --- Whole bodies --------------------------------------------------------------------------------


def body(
    name: str,
    does: str,
    content: Callable[[], bytes] | bytes,
    first: Requirement | None,
    formats: tuple[Format, ...] = BOTH,
    exit_code: int = 1,
    scopes: Sequence[Scope] = (Scope.WRONG,),
    **headers: str,
) -> None:
    made = cache(content) if callable(content) else (lambda: content)

    def write(exchange: Exchange) -> None:
        text = made()
        exchange.send(head(exchange.response, Content_Length=str(len(text)), **headers), text)

    hostile(first=first, formats=formats, scopes=scopes, exit_code=exit_code, name=name, does=does)(
        write
    )


def json_error(text: bytes) -> bytes:
    return b'{"message": "error", "errors": ["' + text + b'"]}'


def xml_error(text: bytes, before: bytes = b"") -> bytes:
    start = b"<result><message>error</message><errors><error>"
    return before + start + text + b"</error></errors></result>"


in_json = partial(body, formats=JSON)
in_xml = partial(body, formats=XML)


in_json("deep lists", "250,000 nested lists", b"[" * 250_000, READABLE_SYNTAX)
in_json(
    "deep closed lists",
    "100,000 nested lists, all closed",
    b'{"message": "error", "errors": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    READABLE_SYNTAX,
)
in_json("deep objects", "150,000 nested objects", b'{"a":' * 150_000, READABLE_SYNTAX)
in_json(
    "wide lists",
    "400,000 empty lists side by side",
    b"[" + b"[]," * 300_000 + b"[]]",
    READABLE_ENVELOPE,
)
in_json(
    "many members",
    "60,000 members and an error",
    lambda: (
        b'{"message": "error", "errors": ["no"]'
        + b"".join(b', "m%d": 1' % n for n in range(60_000))
        + b"}"
    ),
    ERRORS_NO_EXTRAS,
    exit_code=0,
)
in_json(
    "one name again and again",
    "errors, 60,000 times",
    b'{"message": "error"' + b', "errors": []' * 60_000 + b"}",
    ERRORS_SHAPE,
)
in_json(
    "huge integer",
    "a number of 900,000 digits among the errors",
    b'{"message": "error", "errors": [' + b"9" * 900_000 + b"]}",
    ERRORS_LIST,
)
in_json(
    "huge exponent",
    "1e999999999, and 900,000 digits behind a point, among the errors",
    b'{"message": "error", "errors": [1e999999999, 0.' + b"3" * 900_000 + b"]}",
    ERRORS_LIST,
)
in_json(
    "many errors",
    "300,000 error texts",
    b'{"message": "error", "errors": [' + b'"",' * 300_000 + b'""]}',
    ERRORS_NO_EMPTY_TEXT,
    exit_code=0,
)
in_json(
    "many short errors",
    "100,000 different error texts",
    lambda: json_error(b'","'.join(b"%05d" % n for n in range(100_000))),
    None,
    exit_code=0,
)
in_json("huge string", "an error text of a megabyte", json_error(b"x" * NEARLY), None, exit_code=0)
in_json(
    "huge wide string",
    "the same, with a character that makes all others take four bytes",
    json_error("\N{MUSICAL SYMBOL G CLEF}".encode() + b"x" * NEARLY),
    None,
    exit_code=0,
)
in_json("middling string", "error texts of 16 kB", json_error(b"x" * 16_000), None, exit_code=0)
in_json("escaped NULs", "160,000 NULs", json_error(b"\\u0000" * 160_000), None, exit_code=0)
in_json(
    "lone surrogates", "160,000 half characters", json_error(b"\\ud800" * 160_000), READABLE_SYNTAX
)
in_json(
    "backslashes", "a string of backslashes that never ends", b'"' + b"\\" * NEARLY, READABLE_SYNTAX
)
in_json("opening quotes", "a megabyte of quotes", b'{"' * (NEARLY // 2), READABLE_SYNTAX)

in_xml("deep elements", "300,000 nested elements", b"<a>" * 300_000, READABLE_SYNTAX)
in_xml(
    "many attributes",
    "80,000 attributes of the root",
    lambda: attributes(b' a%d="1"'),
    READABLE_SYNTAX,
)
in_xml(
    "many namespaces",
    "20,000 namespaces, and attributes in them",
    lambda: attributes(b' xmlns:n%d="urn:%d" n%d:a="1"', 20_000),
    READABLE_SYNTAX,
)
in_xml(
    "many elements",
    "200,000 elements and an error",
    xml_error(b"<m/>" * 200_000),
    READABLE_SYNTAX,
)
in_xml("huge comment", "a comment of a megabyte", b"<!--" + b"x" * NEARLY, READABLE_SYNTAX)
in_xml("huge name", "an element whose name has a megabyte", b"<" + b"x" * NEARLY, READABLE_SYNTAX)
in_xml(
    "character references",
    "150,000 character references",
    xml_error(b"&#x10;" * 150_000),
    READABLE_SYNTAX,
)


def attributes(one: bytes, count: int = 80_000) -> bytes:
    made = b"".join(one.replace(b"%d", b"%d" % n) for n in range(count))
    return b"<result" + made[: NEARLY - 100].rpartition(b" ")[0] + b"/>"


# --- Entities ------------------------------------------------------------------------------------

LAUGHS = b'<!DOCTYPE result [<!ENTITY a "ha">%s]>' % b"".join(
    b'<!ENTITY %s "%s">' % (name, b"&" + before + b";" * 1 + (b"&" + before + b";") * 9)
    for before, name in zip(
        [b"a"] + [b"a%d" % n for n in range(1, 11)], [b"a%d" % n for n in range(1, 12)], strict=True
    )
)
BIG = b'<!DOCTYPE result [<!ENTITY a "%s">]>' % (b"x" * 50_000)
FILE = b'<!DOCTYPE result [<!ENTITY a SYSTEM "file:///dev/zero">]>'
REMOTE = b'<!DOCTYPE result SYSTEM "http://127.0.0.1:9/never.dtd">'
PARAMETERS = b'<!DOCTYPE result [<!ENTITY %% p SYSTEM "file:///dev/zero">%%p;%s]>' % (b"%p;" * 1000)

in_xml(
    "billion laughs",
    "entities of entities of entities",
    xml_error(b"&a11;", LAUGHS),
    READABLE_NO_DOCTYPE,
)
in_xml(
    "quadratic entities",
    "one entity of 50 kB, 10,000 times",
    xml_error(b"&a;" * 10_000, BIG),
    READABLE_NO_DOCTYPE,
)
in_xml("file entity", "an entity that is /dev/zero", xml_error(b"&a;", FILE), READABLE_NO_DOCTYPE)
in_xml("remote DTD", "a DTD on another port", xml_error(b"no", REMOTE), READABLE_NO_DOCTYPE)
in_xml(
    "parameter entities",
    "a DTD that fetches /dev/zero",
    xml_error(b"no", PARAMETERS),
    READABLE_NO_DOCTYPE,
)
in_xml(
    "huge DOCTYPE",
    "a DOCTYPE of a megabyte that does not end",
    b"<!DOCTYPE result [" + b"<!ENTITY a 'b'>" * 60_000,
    READABLE_NO_DOCTYPE,
)


# --- Encodings, and bytes that are not text ------------------------------------------------------


def declared(name: str, charset: str, encode: Callable[[bytes], bytes] = bytes) -> None:
    text = encode(
        b'<?xml version="1.0" encoding="%s"?>' % charset.encode() + xml_error(b"+ADw-" * 1000)
    )
    in_xml(name, f"XML that says it is in {charset[:20]}", text, READABLE_ENCODING)


declared("utf-7", "utf-7")
declared("unknown encoding", "klingon-8859-1")
declared("a codec that is no encoding", "zlib_codec")
declared("rot13", "rot13")
declared("idna", "idna")
in_xml(
    "punycode",
    "a megabyte in the slowest codec that Python has",
    b'<?xml version="1.0" encoding="punycode"?>' + xml_error(b"z" * 900_000 + b"-" + b"9" * 90_000),
    READABLE_ENCODING,
)
in_xml(
    "unicode_escape",
    "escapes of Python",
    b'<?xml version="1.0" encoding="unicode_escape"?>' + xml_error(b"\\x3c" * 200_000),
    READABLE_ENCODING,
)
for _charset in ("punycode", "x" * 50_000, "undefined", 'a"b\\', "utf-16"):
    body(
        f"charset {_charset[:9]}",
        "the charset of Content-Type is no help",
        xml_error(b"no" * 100_000),
        HTTP_CHARSET,
        XML,
        exit_code=0,
        Content_Type=f"application/xml; charset={_charset}",
    )
body(
    "UTF-16 without a mark",
    "wide characters, undeclared",
    xml_error(b"no").decode().encode("utf-16-be") * 1000,
    READABLE_ENCODING,
    XML,
)
body(
    "UTF-16 for JSON",
    "wide characters",
    json_error(b"no" * 100_000).decode().encode("utf-16-le"),
    READABLE_ENCODING,
    JSON,
)
body(
    "EBCDIC",
    "an encoding of mainframes, undeclared",
    json_error(b"no" * 10_000).decode().encode("cp500"),
    READABLE_FORMAT,
)
body("NULs", "a megabyte of NULs", bytes(NEARLY), READABLE_FORMAT)
body(
    "noise", "a megabyte of bytes that are no UTF-8", bytes(range(128, 256)) * 8000, READABLE_FORMAT
)
body("white space", "a megabyte of line breaks", b"\n" * NEARLY, HTTP_BODY)
body("byte order marks", "300,000 byte order marks", b"\xef\xbb\xbf" * 300_000, READABLE_FORMAT)
body("angle brackets", "a megabyte of <", b"<" * NEARLY, READABLE_FORMAT)
body("open comments", "comments that open and never close", b"<!--" * 250_000, READABLE_FORMAT)
body(
    "a login page",
    "HTML for each call",
    b"<!DOCTYPE html><title>Sign in</title>" * 20_000,
    READABLE_FORMAT,
)
