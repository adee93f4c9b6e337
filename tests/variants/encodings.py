"""XML in many encodings, declared or marked, with a charset in the header or without one."""

from __future__ import annotations

import codecs
from xml.etree import ElementTree as ET

from reseller_conformance.reference import Reference, Response
from variants.bodies_xml import Written
from variants.registry import composed
from variants.shops import ACCENTED, LATIN, customer, shop

__all__: list[str] = []


class _Encoded(Written):
    """XML in one encoding; characters that it lacks become references."""

    codec = "utf-8"
    mark = b""

    def encode(self, text: str) -> bytes:
        return self.mark + text.encode(self.codec, "xmlcharrefreplace")


def _declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n'


@composed("UTF-8, with the charset in the header, in capitals and quotes", shop=ACCENTED)
class Utf8WithCharset(_Encoded):
    content_type = 'text/xml;charset="UTF-8"'


@composed("UTF-8 with a byte order mark", shop=ACCENTED)
class Utf8WithMark(_Encoded):
    mark = codecs.BOM_UTF8


@composed("UTF-8 with a byte order mark and no declaration", shop=ACCENTED)
class Utf8WithMarkUndeclared(_Encoded):
    mark = codecs.BOM_UTF8
    declaration = ""
    content_type = "application/xml; charset=utf-8"


@composed("ISO-8859-1 as the API docs declare it, without a charset in the header", shop=LATIN)
class Latin1(_Encoded):
    codec = "iso-8859-1"
    declaration = _declared("ISO-8859-1")


@composed("ISO-8859-1 by its alias, in lower case, in both places", shop=LATIN)
class Latin1ByAlias(_Encoded):
    codec = "iso-8859-1"
    declaration = _declared("latin1")
    content_type = "application/xml; charset=latin1"


@composed(
    "ISO-8859-1 by its name in Java",
    shop=LATIN,
    should=("readable.encoding-name",),
)
class Latin1AsJavaHasIt(_Encoded):
    codec = "iso-8859-1"
    declaration = _declared("ISO8859_1")


@composed(
    "XML 1.1 in UTF-8, called utf8, with a prefix declared that nothing uses",
    shop=ACCENTED,
    should=("readable.encoding-name",),
)
class Version11(_Encoded):
    declaration = "<?xml version='1.1' encoding='utf8'?>\n"

    def encode(self, text: str) -> bytes:
        xsi = "http://www.w3.org/2001/XMLSchema-instance"
        return super().encode(text.replace("<result>", f'<result xmlns:xsi="{xsi}">'))


@composed("UTF-16 with a mark, declared by the order of its bytes", shop=ACCENTED)
class Utf16LittleEndianMarked(_Encoded):
    codec = "utf-16-le"
    mark = codecs.BOM_UTF16_LE
    declaration = _declared("UTF-16LE")


@composed("windows-1252, declared only, with characters that ISO-8859-1 lacks", shop=ACCENTED)
class Windows1252(_Encoded):
    codec = "windows-1252"
    declaration = _declared("windows-1252")


@composed("windows-1252 by the header, while the documented ISO-8859-1 is declared", shop=ACCENTED)
class Windows1252ByHeader(_Encoded):
    codec = "windows-1252"
    declaration = _declared("ISO-8859-1")
    content_type = "text/xml; charset=windows-1252"


@composed("UTF-8 by the header, while ISO-8859-1 is declared: the header wins", shop=ACCENTED)
class HeaderWinsOverDeclaration(_Encoded):
    declaration = _declared("ISO-8859-1")
    content_type = "application/xml; charset=utf-8"


@composed("a gateway that transcodes to ISO-8859-1, and leaves UTF-8 declared", shop=LATIN)
class TranscodedByAGateway(_Encoded):
    codec = "iso-8859-1"
    content_type = "text/xml; charset=ISO-8859-1"


@composed("ISO-8859-15, where another byte is the euro sign", shop=ACCENTED)
class Latin9(_Encoded):
    codec = "iso-8859-15"
    declaration = _declared("ISO-8859-15")
    content_type = "text/xml; charset=iso-8859-15"


@composed("US-ASCII with references for all other characters", shop=ACCENTED)
class Ascii(_Encoded):
    codec = "us-ascii"
    declaration = _declared("US-ASCII")
    content_type = "text/xml; charset=us-ascii"


@composed("US-ASCII with references, declared as in the API docs", shop=ACCENTED)
class AsciiDeclaredAsLatin(_Encoded):
    codec = "us-ascii"
    declaration = _declared("ISO-8859-1")


@composed("UTF-16, little end first, with a mark and a declaration", shop=ACCENTED)
class Utf16LittleEndian(_Encoded):
    codec = "utf-16-le"
    mark = codecs.BOM_UTF16_LE
    declaration = _declared("UTF-16")
    content_type = "application/xml; charset=utf-16"


@composed("UTF-16, big end first, with a mark alone: no declaration, no charset", shop=ACCENTED)
class Utf16BigEndianUndeclared(_Encoded):
    codec = "utf-16-be"
    mark = codecs.BOM_UTF16_BE
    declaration = ""


@composed("KOI8-R, as in a shop in Moscow", shop=ACCENTED)
class Koi8R(_Encoded):
    codec = "koi8-r"
    declaration = _declared("KOI8-R")
    content_type = "text/xml; charset=KOI8-R"


JAPANESE = shop(
    "港のメール",
    "かぎ-Kagi-55",
    customer("客@例え.example", package="シルバー・パッケージ 表示ソ"),
    customer("二番@例え.example", package="ゴールド"),
)


@composed("Shift_JIS, several bytes a character, some of them ASCII's", shop=JAPANESE)
class ShiftJis(_Encoded):
    codec = "shift_jis"
    declaration = _declared("Shift_JIS")
    content_type = "application/xml; charset=Shift_JIS"


@composed("GB18030, which contains all of Unicode", shop=ACCENTED)
class Gb18030(_Encoded):
    codec = "gb18030"
    declaration = _declared("GB18030")


@composed(
    "UTF-8 with a mark, while the header says ISO-8859-1: the mark wins",
    shop=ACCENTED,
    should=("http.charset",),
)
class MarkWinsOverHeader(_Encoded):
    mark = codecs.BOM_UTF8
    content_type = "text/xml; charset=ISO-8859-1"


@composed("each response in another of three encodings, as behind a mixed pool", shop=ACCENTED)
class PoolOfEncodings(Reference):
    KINDS: tuple[type[_Encoded], ...] = (Utf8WithMark, Windows1252, Utf16LittleEndian)
    turn = 0

    def send_xml(self, status: int, root: ET.Element) -> Response:
        self.turn += 1
        kind = self.KINDS[self.turn % len(self.KINDS)]
        return kind(self.accounts).send_xml(status, root)
