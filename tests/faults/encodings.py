"""Bytes that do not decode, or decode to something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reseller_conformance.contract import Format
from reseller_conformance.reference import Reference, Response
from reseller_conformance.requirements import (
    CONSISTENCY_FORMATS,
    READABLE_ENCODING,
    READABLE_SYNTAX,
    Requirement,
)

from .registry import (
    JSON,
    XML,
    When,
    about,
    calls_that_are,
    fault,
)

RIGHT, WRONG = calls_that_are(valid=True), calls_that_are(valid=False)

GERMAN = 2  # the customer whose package has an umlaut, a curly quote and a euro sign
ASTRAL = 3  # the customer whose package ends in a character beyond 16 bits
MARKUP = 1  # the customer whose package has quotes, an ampersand and angle brackets


def body(
    name: str,
    description: str,
    change: Callable[[str], str | bytes],
    *,
    fails: Requirement,
    also: tuple[Requirement, ...] = (),
    formats: tuple[Format, ...],
    when: When | None = None,
    content_type: str = "",
) -> None:
    """Register a change of the body as text. By itself, its content type has no charset."""

    def written(response: Response) -> Response:
        text = response.body.decode("utf-8" if formats == JSON else "iso-8859-1")
        changed = change(text)
        as_bytes = changed if isinstance(changed, bytes) else written_in(formats, changed)
        plain = "application/json" if formats == JSON else "application/xml"
        return replace(response, body=as_bytes, content_type=content_type or plain)

    fault(
        fails=fails,
        also=also,
        formats=formats,
        after=Reference.send_json if formats == JSON else Reference.send_xml,
        when=when,
        name=name,
        description=description,
    )(written)


def written_in(formats: tuple[Format, ...], text: str) -> bytes:
    """Encode JSON in UTF-8, and XML as the reference does unless it declares UTF-8."""
    latin_1 = formats == XML and 'encoding="UTF-8"' not in text
    return text.encode("iso-8859-1", "xmlcharrefreplace") if latin_1 else text.encode()


def in_xml(
    name: str, description: str, change: Callable[[str], str | bytes], **rest: object
) -> None:
    body(f"xml_{name}", description, change, formats=XML, **rest)


def in_json(
    name: str, description: str, change: Callable[[str], str | bytes], **rest: object
) -> None:
    body(f"json_{name}", description, change, formats=JSON, **rest)


REFERENCE = re.compile("&#([0-9]+);")
DECLARATION = '<?xml version="1.0" encoding="ISO-8859-1"?>'


def unreferenced(text: str) -> str:
    """Write characters in place of character references."""
    return REFERENCE.sub(lambda found: chr(int(found[1])), text)


def declared(encoding: str) -> Callable[[str], str]:
    return lambda text: text.replace("ISO-8859-1", encoding)


# --- XML: the encoding ---------------------------------------------------------------------------

in_xml(
    "in_utf_8_declared_as_latin_1",
    "the declaration of the page over bytes in UTF-8",
    lambda text: unreferenced(text).encode(),
    fails=READABLE_ENCODING,
    also=(CONSISTENCY_FORMATS,),
    when=RIGHT,
)
in_xml(
    "in_windows_1252_declared_as_latin_1",
    "curly quotes as Windows has them, where ISO-8859-1 has control characters",
    lambda text: unreferenced(text).encode("cp1252", "xmlcharrefreplace"),
    fails=READABLE_ENCODING,
    also=(CONSISTENCY_FORMATS,),
    when=about(GERMAN),
)
in_xml(
    "in_latin_1_declared_as_utf_8",
    "UTF-8 is declared, the bytes are ISO-8859-1",
    lambda text: declared("UTF-8")(text).encode("iso-8859-1"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
in_xml(
    "in_latin_1_declared_as_ascii",
    "US-ASCII is declared, the bytes are ISO-8859-1",
    lambda text: declared("US-ASCII")(text).encode("iso-8859-1"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
in_xml(
    "in_latin_1_without_declaration",
    "nothing is declared, the bytes are ISO-8859-1",
    lambda text: text.replace(DECLARATION, "").strip().encode("iso-8859-1"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
in_xml(
    "in_latin_1_declared_without_encoding",
    "a declaration without encoding, the bytes are ISO-8859-1",
    lambda text: text.replace(' encoding="ISO-8859-1"', "").encode("iso-8859-1"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
for _name, _encoding in {
    "unknown": "ISO-8859-99",
    "of_mysql": "utf8mb4",
    "of_nobody": "none",
    "of_python": "utf_8",
    "of_python_alone": "latin-1",
    "of_python_for_macs": "mac-roman",
    "of_windows": "cp65001",
}.items():
    in_xml(
        f"in_an_encoding_{_name}",
        f"the declaration names {_encoding}",
        declared(_encoding),
        fails=READABLE_ENCODING,
    )
for _mark, _says in (("utf-8", "ISO-8859-1"), ("utf-8", "UTF-16"), ("utf-16-le", "UTF-8")):
    in_xml(
        f"marked_as_{_mark}_declared_as_{_says}".replace("-", "_").lower(),
        f"a mark of {_mark.upper()} over a declaration of {_says}",
        lambda text, mark=_mark, says=_says: declared(says)(f"\ufeff{unreferenced(text)}").encode(
            mark
        ),
        fails=READABLE_ENCODING,
    )
in_xml(
    "declared_as_utf_16",
    "UTF-16 is declared, as a string of a program has it, over bytes of one byte a character",
    declared("UTF-16"),
    fails=READABLE_ENCODING,
)
in_xml(
    "in_utf_16_without_mark",
    "UTF-16 without a mark and without a declaration",
    lambda text: text.replace(DECLARATION, "").strip().encode("utf-16-le"),
    fails=READABLE_ENCODING,
)
in_xml(
    "in_utf_16_declared_as_latin_1",
    "UTF-16 without a mark, declared as ISO-8859-1",
    lambda text: text.encode("utf-16-be"),
    fails=READABLE_ENCODING,
)
for _order, _charset in (("utf-16-le", "utf-8"), ("utf-16-be", "iso-8859-1")):
    in_xml(
        f"in_{_order.replace('-', '_')}_called_{_charset.replace('-', '_')}",
        f"{_order.upper()} without a mark, which the header calls {_charset}",
        lambda text, order=_order: text.replace(DECLARATION, "").strip().encode(order),
        fails=READABLE_ENCODING,
        content_type=f"application/xml; charset={_charset}",
    )
in_xml(
    "encoded_twice",
    "text in UTF-8 is read as ISO-8859-1 and written in UTF-8 again",
    lambda text: declared("UTF-8")(unreferenced(text).encode().decode("iso-8859-1")),
    fails=CONSISTENCY_FORMATS,
    when=RIGHT,
)
in_xml(
    "with_question_marks",
    "characters beyond ISO-8859-1 are question marks",
    lambda text: unreferenced(text).encode("iso-8859-1", "replace"),
    fails=CONSISTENCY_FORMATS,
    when=RIGHT,
)
in_xml(
    "without_what_latin_1_lacks",
    "characters beyond ISO-8859-1 are left out",
    lambda text: unreferenced(text).encode("iso-8859-1", "ignore"),
    fails=CONSISTENCY_FORMATS,
    when=RIGHT,
)
in_xml(
    "with_references_in_pairs",
    "a character beyond 16 bits is two references to surrogates",
    lambda text: text.replace("&#119070;", "&#55348;&#56606;"),
    fails=READABLE_SYNTAX,
    when=about(ASTRAL),
)
in_xml(
    "in_cesu_8",
    "a character beyond 16 bits is two of three bytes, as in Java's modified UTF-8",
    lambda text: cesu(declared("UTF-8")(unreferenced(text))),
    fails=READABLE_ENCODING,
    when=about(ASTRAL),
)
in_xml(
    "cut_within_a_character",
    "the package is cut within a character of UTF-8",
    lambda text: cut(declared("UTF-8")(unreferenced(text)), "</package>"),
    fails=READABLE_ENCODING,
    when=about(ASTRAL),
)
in_xml(
    "with_c1_bytes_in_utf_8",
    "UTF-8 is declared, and a lone continuation byte is in the package",
    lambda text: (
        declared("UTF-8")(text)
        .encode("ascii", "xmlcharrefreplace")
        .replace(b"</package>", b"\x80</package>")
    ),
    fails=READABLE_ENCODING,
    when=RIGHT,
)
in_xml(
    "with_entities_escaped_twice",
    "the package is escaped twice",
    lambda text: re.sub(
        "(?<=<package>).*(?=</package>)", lambda m: m[0].replace("&", "&amp;"), text
    ),
    fails=CONSISTENCY_FORMATS,
    when=about(MARKUP),
)


def cesu(text: str) -> bytes:
    """Encode each half of a surrogate pair separately."""
    halves = re.sub("[\U00010000-\U0010ffff]", lambda m: in_halves(m[0]), text)
    return halves.encode("utf-8", "surrogatepass")


def in_halves(character: str) -> str:
    pair = character.encode("utf-16-be")
    return "".join(chr(int.from_bytes(pair[at : at + 2], "big")) for at in (0, 2))


def cut(text: str, before: str) -> bytes:
    """Remove the byte before this text."""
    start, found, end = text.encode().partition(before.encode())
    return start[:-1] + found + end


# --- JSON: the encoding --------------------------------------------------------------------------

in_json("with_a_mark", "a byte order mark", lambda t: f"\ufeff{t}", fails=READABLE_ENCODING)
in_json(
    "in_latin_1",
    "in ISO-8859-1, with question marks for characters beyond it",
    lambda t: t.encode("iso-8859-1", "replace"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
in_json(
    "in_windows_1252",
    "in Windows-1252",
    lambda t: t.encode("cp1252", "replace"),
    fails=READABLE_ENCODING,
    when=about(GERMAN),
)
for _coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"):
    in_json(
        f"in_{_coding.replace('-', '_')}",
        f"in {_coding}",
        lambda t, coding=_coding: t.encode(coding),
        fails=READABLE_ENCODING,
    )
in_json(
    "in_cesu_8",
    "a character beyond 16 bits is two of three bytes",
    cesu,
    fails=READABLE_ENCODING,
    when=about(ASTRAL),
)
in_json(
    "cut_within_a_character",
    "the package is cut within a character of UTF-8",
    lambda t: cut(t, '",\n  "credits_allowed'),
    fails=READABLE_ENCODING,
    when=about(ASTRAL),
)
in_json(
    "with_half_a_pair",
    "the package ends in an escaped surrogate without its other half",
    lambda t: t.replace("\U0001d11e", "\\ud834"),
    fails=READABLE_SYNTAX,
    when=about(ASTRAL),
)
in_json(
    "with_the_second_half_of_a_pair",
    "the package ends in the second half of a pair of surrogates",
    lambda t: t.replace("\U0001d11e", "\\udd1e"),
    fails=READABLE_SYNTAX,
    when=about(ASTRAL),
)
in_json(
    "with_an_overlong_form",
    "a character of one byte is written in two",
    lambda t: t.encode().replace(b"Silver", b"\xc1\x93ilver"),
    fails=READABLE_ENCODING,
    when=about(0),
)
in_json(
    "encoded_twice",
    "text in UTF-8 is read as ISO-8859-1 and written in UTF-8 again",
    lambda t: t.encode().decode("iso-8859-1"),
    fails=CONSISTENCY_FORMATS,
    when=about(GERMAN, ASTRAL),
)
in_json(
    "with_question_marks",
    "characters beyond ISO-8859-1 are question marks",
    lambda t: t.encode("iso-8859-1", "replace").decode("iso-8859-1"),
    fails=CONSISTENCY_FORMATS,
    when=about(GERMAN, ASTRAL),
)
in_json(
    "without_accents",
    "accents are taken away",
    lambda t: t.replace("ö", "o").replace("ü", "u"),
    fails=CONSISTENCY_FORMATS,
    when=about(GERMAN, ASTRAL),
)
in_json(
    "escaped_as_html",
    "the package is escaped as if for HTML",
    lambda t: t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    fails=CONSISTENCY_FORMATS,
    when=about(MARKUP),
)
in_json(
    "with_slashes_added",
    "the package is escaped as if for SQL",
    lambda t: t.replace("'", "\\\\'"),
    fails=CONSISTENCY_FORMATS,
    when=about(GERMAN),
)
in_json(
    "with_entities_of_xml",
    "characters beyond ISO-8859-1 are character references, as in XML",
    lambda t: t.encode("ascii", "xmlcharrefreplace"),
    fails=CONSISTENCY_FORMATS,
    when=about(GERMAN, ASTRAL),
)
