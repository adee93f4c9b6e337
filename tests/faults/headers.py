"""Types, charsets and codings that the header declares wrongly, or not at all."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from xml.sax.saxutils import escape

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Request, Response
from reseller_conformance.requirements import (
    HTTP_CHARSET,
    HTTP_CONTENT_TYPE,
    READABLE_ENCODING_NAME,
    READABLE_FORMAT,
    SUCCESS_RETURNED,
)

from .http import ERROR, SUCCESS, changed_response
from .registry import (
    ACCOUNTS,
    JSON,
    XML,
    about,
    fault,
    sent,
)

SHORT = 8
NO_XML = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF))

# --- The type ------------------------------------------------------------------------------------

TYPES = {
    Format.JSON: (
        "text/html",
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "application/x-javascript",
        "text/x-json",
        "json",
        "application/x-www-form-urlencoded",
    ),
    Format.XML: (
        "text/html",
        "text/plain",
        "application/json",
        "application/octet-stream",
        "text/xsl",
        "xml",
        "application/xhtml",
        "image/svg+xml",
    ),
}
for _format, _types in TYPES.items():
    for _type in _types:
        changed_response(
            f"type_{_type.replace('/', '_').replace('+', '_').replace('-', '_')}",
            f"Content-Type is {_type}",
            lambda found, kind=_type: replace(found, content_type=kind),
            fails=HTTP_CONTENT_TYPE,
            formats=(_format,),
        )
for _formats in (JSON, XML):
    for _who, _when in {"overviews": SUCCESS, "errors": ERROR}.items():
        changed_response(
            f"{_who}_typed_as_html",
            f"Content-Type of {_who} is text/html",
            lambda found: replace(found, content_type="text/html"),
            fails=HTTP_CONTENT_TYPE,
            formats=_formats,
            when=_when,
        )
    changed_response(
        "type_empty",
        "Content-Type is empty",
        lambda found: replace(found, content_type=""),
        fails=HTTP_CONTENT_TYPE,
        formats=_formats,
    )

# --- The charset ---------------------------------------------------------------------------------


def in_utf_8(found: Response) -> Response:
    return replace(
        found,
        content_type="application/xml; charset=ISO-8859-1",
        body=found.body.decode("iso-8859-1").replace("ISO-8859-1", "UTF-8").encode(),
    )


CHARSETS: dict[str, tuple[Format, str, Callable[[Response], Response]]] = {
    "json_called_latin_1": (
        Format.JSON,
        "JSON is in UTF-8, and called ISO-8859-1",
        lambda found: replace(found, content_type="application/json; charset=ISO-8859-1"),
    ),
    "json_called_utf_16": (
        Format.JSON,
        "JSON is in UTF-8, and called UTF-16",
        lambda found: replace(found, content_type="application/json; charset=utf-16"),
    ),
    "json_called_ascii": (
        Format.JSON,
        "JSON is in UTF-8, and called US-ASCII",
        lambda found: replace(found, content_type="application/json; charset=us-ascii"),
    ),
    "json_called_windows_1252": (
        Format.JSON,
        "JSON is in UTF-8, and called Windows-1252",
        lambda found: replace(found, content_type='application/json; charset="windows-1252"'),
    ),
    "json_called_unknown": (
        Format.JSON,
        "JSON has an unknown charset",
        lambda found: replace(found, content_type="application/json; charset=utf8mb4"),
    ),
    "xml_called_utf_8": (
        Format.XML,
        "XML is in ISO-8859-1, and called UTF-8",
        lambda found: replace(found, content_type="application/xml; charset=utf-8"),
    ),
    "xml_called_utf_16": (
        Format.XML,
        "XML is in ISO-8859-1, and called UTF-16",
        lambda found: replace(found, content_type="application/xml; charset=UTF-16"),
    ),
    "xml_called_ascii": (
        Format.XML,
        "XML is in ISO-8859-1, and called US-ASCII",
        lambda found: replace(found, content_type="text/xml; charset=us-ascii"),
    ),
    "xml_called_unknown": (
        Format.XML,
        "XML has an unknown charset",
        lambda found: replace(found, content_type="application/xml; charset=utf8mb4"),
    ),
    "xml_in_utf_8_called_latin_1": (
        Format.XML,
        "XML is in UTF-8 and declares it, but the header says ISO-8859-1",
        in_utf_8,
    ),
}
for _name, (_format, _said, _change) in CHARSETS.items():
    changed_response(f"charset_{_name}", _said, _change, fails=HTTP_CHARSET, formats=(_format,))
changed_response(
    "charset_of_overviews_only",
    "overviews in XML are in ISO-8859-1, and called UTF-8",
    CHARSETS["xml_called_utf_8"][2],
    fails=HTTP_CHARSET,
    formats=XML,
    when=about(2),
)


def echoed_in_utf_8(wanted: Format) -> Callable[[], Reference]:
    """Make a reference that calls only errors ISO-8859-1: UTF-8 that repeats a short user.

    A short one is no near miss of a customer's name: no call but a special text shows it.
    """

    class Echoing(Reference):
        def respond(self, request: Request) -> Response:
            response = super().respond(request)
            if response.status < 400 or self.find_format(request.path) is not wanted:
                return response
            user = sent(request).get("user", "").translate(NO_XML)
            user = user if len(user) < SHORT else "unknown"
            text = json.dumps(f"user is {user}", ensure_ascii=False)[1:-1]
            text = escape(f"user is {user}") if wanted is Format.XML else text
            body = response.body.decode("iso-8859-1").replace("user is", text)
            body = body.replace("ISO-8859-1", "UTF-8")
            kind = f"application/{wanted.value}; charset=ISO-8859-1"
            return replace(response, body=body.encode(), content_type=kind)

    return lambda: Echoing(ACCOUNTS)


for _format in Format:
    fault(
        fails=HTTP_CHARSET,
        formats=(_format,),
        name=f"charset_of_errors_in_{_format}",
        description="errors are in UTF-8, and called ISO-8859-1",
    )(echoed_in_utf_8(_format))


def in_encoding(found: Response, codec: str, name: str = "") -> bytes:
    """Return XML of the reference in this encoding, declared by this name or not at all."""
    text = found.body.decode("iso-8859-1")
    declared = f' encoding="{name}"' if name else ""
    return text.replace(' encoding="ISO-8859-1"', declared).encode(codec, "xmlcharrefreplace")


# --- Names of encodings that are not registered --------------------------------------------------

changed_response(
    "charset_called_utf8",
    "the charset of JSON is called utf8",
    lambda found: replace(found, content_type="application/json; charset=utf8"),
    fails=READABLE_ENCODING_NAME,
    formats=JSON,
)
for _name, _codec in {"CP1252": "cp1252", "utf16": "utf-16", "SJIS": "shift-jis"}.items():
    changed_response(
        f"charset_called_{_name}",
        f"the charset of XML is called {_name}",
        lambda found, name=_name, codec=_codec: replace(
            found, content_type=f'text/xml; charset="{name}"', body=in_encoding(found, codec)
        ),
        fails=READABLE_ENCODING_NAME,
        formats=XML,
    )
for _name in ("utf8", "iso8859_1", "Latin9", "EUC_KR"):
    changed_response(
        f"encoding_called_{_name}",
        f"XML declares its encoding as {_name}",
        lambda found, name=_name: replace(
            found, content_type="text/xml", body=in_encoding(found, name, name)
        ),
        fails=READABLE_ENCODING_NAME,
        formats=XML,
    )

# --- Codings that the header does not name -------------------------------------------------------

changed_response(
    "gzip_untold",
    "errors are compressed, and no header says so",
    lambda found: replace(found, body=gzip.compress(found.body)),
    fails=READABLE_FORMAT,
    when=ERROR,
)
changed_response(
    "gzip_untold_for_the_second_customer",
    "the second customer's overview is compressed, and no header says so",
    lambda found: replace(found, body=gzip.compress(found.body)),
    fails=READABLE_FORMAT,
    also=(SUCCESS_RETURNED,),
    when=about(1),
)
