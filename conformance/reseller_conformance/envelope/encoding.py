"""Find the encoding of a body, and decode it.

JSON is always UTF-8, regardless of the header (RFC 8259, 8.1). For XML the order is: byte order
mark, charset of Content-Type, declaration, UTF-8 (RFC 7303, 3). Python's codecs decode strictly.
Codecs that only Python has are rejected.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reseller_conformance.envelope.model import Problem
from reseller_conformance.requirements import READABLE_ENCODING
from reseller_conformance.util.place import Place
from reseller_conformance.util.text import BYTE_ORDER_MARK, excerpt

__all__ = [
    "DeclaredEncoding",
    "DecodedBody",
    "candidate_decodings",
    "charset_of",
    "codec_of",
    "declared_encoding",
    "declared_name",
    "decode",
    "is_registered",
    "json_reading",
]

_MARKS = (
    # This must precede the mark of UTF-16, which is a prefix of it.
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Patterns of ASCII characters at the start of a body without a mark (XML 1.0, F.1).
_WIDE = (
    (re.compile(rb"[^\0]\0\0\0", re.DOTALL), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]", re.DOTALL), "utf-32-be"),
    (re.compile(rb"[^\0]\0(?:[^\0]\0|\Z)", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\0[^\0](?:\0[^\0]|\Z)", re.DOTALL), "utf-16-be"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"
_HEAD_BYTES = 1024
_DECLARED = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:"[^"]*"|'[^']*')\s+encoding\s*=\s*"""
    r"""(["'])([A-Za-z][A-Za-z0-9._-]*)\1"""
)
# A quoted value may contain `;charset=` (RFC 9110, 5.6.6), so each parameter is read whole.
_PARAMETER = re.compile(r""";\s*([^=;\s"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,\s]*))""", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+()-]{0,63}")
# Names that IANA has registered or that browsers know, but Python does not.
_ALIASES = {
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "x-sjis": "shift_jis",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "ibm00858": "cp858",
    "latin-9": "iso8859-15",
    **{f"x-cp125{n}": f"cp125{n}" for n in range(9)},
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}
# UTF-7 hides markup in the bytes (RFC 7303, 3, warns of it). The other codecs exist only in Python,
# or depend on the machine.
_REFUSED = {
    "charmap",
    "idna",
    "mbcs",
    "oem",
    "palmos",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
    "utf-7",
    "utf-8-sig",
}


# Names that libxml2, Java or browsers know, measured with all names of Python. Python reads many
# more, because it treats `_` as `-` and has its own names: `utf_8`, `latin-1`, `mac-roman`, `u8`.
_KNOWN = re.compile(
    r"""
    utf-?8 | utf[-_]?(?:16|32)(?:[-_]?[bl]e)? | unicode(?:big|little)unmarked
    | (?:us-)?ascii | us | iso646-us | ansi_x3\.4-19(?:68|86)
    | iso[-_]8859-\d+(?:-[ei]|:\d+)? | iso8859[-_]\d+ | iso_8859_1 | latin\d+ | l\d+
    | iso-celtic | arabic | cyrillic | greek8? | hebrew | asmo-708 | ecma-11[48] | elot_928
    | windows-\w+ | (?:cp|ibm|ms)-?\d{3,5} | cp-?(?:is|gr) | ebcdic-cp-\w+
    | iso-ir-\d+ | iso-10646-\w+ | cs\w+
    | big5(?:[-_]?hkscs)? | euc[-_]?(?:cn|jp|kr) | chinese | korean | ks_?c_?5601(?:-19\d\d)?
    | gb(?:k|18030|2312(?:-(?:19)?80)?) | hz(?:-gb-2312)? | uhc | johab
    | shift[-_]jis | (?:x-)?sjis | ms_kanji | iso-2022-(?:jp|kr)(?:-\d)? | iso2022(?:jp|kr)
    | koi8[-_][ru] | koi8-t | tis-?620 | mac[a-z]+ | (?:hp-)?roman8 | r8
    | pt(?:cp)?154 | cyrillic-asian | (?:str?)?k-?1048(?:-2002)? | kz-1048 | rk1048
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PYTHONS_OWN = {"cp65001", "maclatin2"}
# Names among those that IANA does not register.
_UNREGISTERED = re.compile(
    r"""
    utf\d.* | utf_.* | utf-?(?:16|32)[-_][bl]e | unicode.*
    | iso8859.* | iso_8859_1 | latin[79] | l[79] | x-.*
    | cp-?(?:125\d|932|949|950|1361) | ms-?(?:932|949|950|1361) | johab | uhc
    | (?:cp|ibm)-?(?:039|720|737|856|858|874|875|922|1006|1051|1125|1140)
    | euc_.* | euc-?cn | euc[jk].* | gb2312-.* | gbk2312.* | hz | ks_c_5601 | ksc5601
    | shift-jis | sjis | iso2022.* | iso-2022-jp-[13] | koi8_.* | koi8-t | tis620
    | mac(?!intosh$).* | big5_.* | big5hk.*
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """A decoded body. `lossy` is True if U+FFFD replaces bytes that could not be decoded."""

    text: str
    problem: Problem | None = None
    lossy: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredEncoding:
    """The encoding that a body declares for itself. UTF-8 if it declares none.

    `said` is its name in the body. `fault` describes an invalid declaration. `codec` may
    then be None or a substitute. `unknown` is True if no header could correct it.
    """

    codec: str | None
    said: str = ""
    marked: bool = False
    fault: str = ""
    unknown: bool = False


def codec_of(name: str) -> str | None:
    """Return the codec for a name that other readers know, or None."""
    known = _KNOWN.fullmatch(name) and name.lower() not in _PYTHONS_OWN
    return _codec_of_any(name) if known or name.lower() in _ALIASES else None


def is_registered(name: str) -> bool:
    """Return True if IANA registers this name, or if no reader knows it."""
    return codec_of(name) is None or not _UNREGISTERED.fullmatch(name)


@lru_cache(maxsize=256)
def _codec_of_any(name: str) -> str | None:
    """Return Python's codec for a name. None if it is unknown or rejected."""
    if not _NAME.fullmatch(name):
        return None
    name = _ALIASES.get(name.lower(), name)
    try:
        found = codecs.lookup(name).name.replace("_", "-")
        # Codecs that are not for text, such as rot13 and base64, fail here.
        b"a".decode(found, "replace")
    except (LookupError, ValueError):
        return None
    return None if found in _REFUSED else found


def charset_of(content_type: str | None) -> str | None:
    """Return the charset of a Content-Type, without quotes. None if there is none."""
    parameters = (match.groups() for match in _PARAMETER.finditer(content_type or ""))
    charsets = (values for name, *values in parameters if name.lower() == "charset")
    quoted, plain = next(charsets, (None, ""))
    value: str = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    return value.strip() or None


def decode(body: bytes, codec: str | None) -> str | None:
    """Decode strictly, and remove a byte order mark. None if the bytes cannot be decoded."""
    if codec is None:
        return None
    if codec in ("utf-16", "utf-32"):
        # Without a mark Python would use the byte order of this machine.
        codec = _marked(body) or _wide(body) or f"{codec}-be"
    try:
        return body.decode(codec).removeprefix(BYTE_ORDER_MARK)
    except (UnicodeError, LookupError, ValueError):
        return None


def json_reading(body: bytes) -> DecodedBody:
    """Decode a JSON text, if necessary in another encoding than UTF-8."""
    mark = _marked(body)
    found = mark or _wide(body)
    if found is None:
        text = decode(body, "utf-8")
        return DecodedBody(text) if text is not None else _forced(body, "utf-8", "UTF-8")
    got = f"{found.upper()}{', with a byte order mark' if mark else ''}: {body[:12]!r}"
    problem = Problem(READABLE_ENCODING, "body", "UTF-8 without a byte order mark", got)
    return _decode_lossy(body, found, problem)


def candidate_decodings(body: bytes, content_type: str | None) -> Iterator[DecodedBody]:
    """Yield the decodings of an XML document: as the header says, and then as the document says.

    A charset of the header that cannot decode the body is not a problem of the body. A
    contradiction between header and body is reported by `encoding_conflicts`.
    """
    claimed = declared_encoding(body)
    expected = "an encoding that the document marks or declares, and that readers know"
    problem = Problem(READABLE_ENCODING, "body", expected, claimed.fault) if claimed.fault else None
    if not claimed.marked:
        text = decode(body, codec_of(charset_of(content_type) or ""))
        if text is not None:
            yield DecodedBody(text, problem if claimed.unknown else None)
    codec = claimed.codec or "utf-8"
    text = decode(body, codec)
    if text is not None:
        yield DecodedBody(text, problem)
    elif problem is not None:
        yield _decode_lossy(body, codec, problem)
    else:
        yield _forced(body, codec, claimed.said)


def declared_encoding(body: bytes) -> DeclaredEncoding:
    """Return the encoding that an XML document declares for itself (XML 1.0, 4.3.3 and F)."""
    mark = _marked(body)
    if mark is not None:
        fault = _fault_of_marked(mark, _declared(body, mark))
        return DeclaredEncoding(mark, mark.upper(), marked=True, fault=fault)
    wide = _wide(body)
    declared = _declared(body, wide or ("cp037" if body.startswith(_EBCDIC) else "latin-1"))
    if declared is None:
        fault = f"{wide.upper()}, neither marked nor declared" if wide else ""
        return DeclaredEncoding(wide or "utf-8", "UTF-8", fault=fault)
    # Python also knows names that other readers reject. Decode with them to find other problems.
    codec = _codec_of_any(declared)
    if codec is not None and wide is not None and wide.startswith(codec):
        codec = wide
    # The declaration is invalid if its own encoding would write it in other bytes.
    fits = codec is not None and "<?xml" in body[:_HEAD_BYTES].decode(codec, "replace")
    if codec_of(declared) is None:
        fault = f"an encoding not known: {excerpt(declared)}"
        return DeclaredEncoding(codec if fits else wide, fault=fault, unknown=True)
    if not fits:
        return DeclaredEncoding(wide, fault=f"bytes of another encoding than {declared!r}")
    return DeclaredEncoding(codec, declared)


def declared_name(body: bytes) -> str | None:
    """Return the encoding's name in the XML declaration, as it is written. None without one."""
    return _declared(body, _marked(body) or _wide(body) or "latin-1")


def _fault_of_marked(mark: str, declared: str | None) -> str:
    """Return how a declaration contradicts the mark. Readers disagree on which to believe."""
    if declared is None:
        return f"{mark.upper()}, marked but not declared" if mark.startswith("utf-32") else ""
    codec = codec_of(declared)
    if codec is None:
        return f"an encoding not known: {excerpt(declared)}"
    agrees = mark == codec or (codec in ("utf-16", "utf-32") and mark.startswith(codec))
    return "" if agrees else f"{mark.upper()} by its mark, declared as {excerpt(declared)}"


def _declared(body: bytes, codec: str) -> str | None:
    # Text before it is a separate problem, which must not make the rest unreadable.
    before_the_root = body[:_HEAD_BYTES].decode(codec, "replace").partition("<result")[0]
    match = _DECLARED.search(before_the_root)
    return match[2] if match else None


def _marked(body: bytes) -> str | None:
    return next((codec for mark, codec in _MARKS if body.startswith(mark)), None)


def _wide(body: bytes) -> str | None:
    return next((codec for pattern, codec in _WIDE if pattern.match(body)), None)


def _forced(body: bytes, codec: str, text: str) -> DecodedBody:
    """Decode invalid bytes with replacements, and report the first place."""
    at = 0
    try:
        body.decode(codec)
    except UnicodeDecodeError as error:
        at = error.start
    expected, got = f"bytes that decode as {text}", f"bytes that do not: {body[at : at + 12]!r}"
    return _decode_lossy(
        body, codec, Problem(READABLE_ENCODING, Place(f"byte {at + 1}", byte=at + 1), expected, got)
    )


def _decode_lossy(body: bytes, codec: str, problem: Problem) -> DecodedBody:
    text = body.decode(codec, "replace").removeprefix(BYTE_ORDER_MARK)
    return DecodedBody(text, problem, lossy="\ufffd" in text)
