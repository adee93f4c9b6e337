"""Ways to write the same XML: CDATA, comments, references, declarations, space and order."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from reseller_conformance.reference import Account, Reference, Response
from variants.registry import composed
from variants.shops import ACCENTED, customer, shop

__all__ = ["Written"]


class Written(Reference):
    """The reference with handwritten XML; each part has its own method."""

    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    content_type = "application/xml"
    after = "\n"

    def send_xml(self, status: int, root: ET.Element) -> Response:
        text = f"{self.declaration}{self.element(root)}{self.after}"
        return Response(status, self.content_type, self.encode(text))

    def encode(self, text: str) -> bytes:
        return text.encode()

    def element(self, element: ET.Element) -> str:
        inner = "".join(map(self.element, element)) or self.text(element.text or "")
        return f"<{element.tag}>{inner}</{element.tag}>"

    def text(self, text: str) -> str:
        return escape(text)


@composed("every text in CDATA sections, cut into pieces", shop=ACCENTED)
class CdataEverywhere(Written):
    def text(self, text: str) -> str:
        half = len(text) // 2
        return "".join(
            f"<![CDATA[{part.replace(']]>', ']]]]><![CDATA[>')}]]>"
            for part in (text[:half], text[half:])
        )


@composed("comments and processing instructions wherever XML allows them, inside texts too")
class CommentsEverywhere(Written):
    declaration = (
        "<?xml version='1.0' encoding='utf-8'?>\n<!-- <result> -->\n"
        '<?xml-stylesheet href="look.xsl" type="text/xsl"?>\n'
    )
    after = "\n<!-- </result> - - -->\n<?cache no?>\n"

    def element(self, element: ET.Element) -> str:
        written = super().element(element)
        return f"<!-- & -->{written}<?here?>" if element.text else written

    def text(self, text: str) -> str:
        half = len(text) // 2
        return f"{escape(text[:half])}<!-- 7 --><?and 7?>{escape(text[half:])}"


@composed("every character of every text is a character reference", shop=ACCENTED)
class ReferencesEverywhere(Written):
    def text(self, text: str) -> str:
        return "".join(
            f"&#x{ord(char):X};" if place % 2 else f"&#{ord(char):06};"
            for place, char in enumerate(text)
        )


@composed("the five named references, also instead of quotes")
class NamedReferences(Written):
    def text(self, text: str) -> str:
        return escape(text, {'"': "&quot;", "'": "&apos;"})


@composed("a declaration with single quotes and standalone, and space inside tags")
class StandaloneYes(Written):
    declaration = "<?xml  version = '1.0'  encoding = 'utf-8'\n standalone = 'yes'  ?>"

    def element(self, element: ET.Element) -> str:
        return re.sub(r"(</?\w+)>", "\\1\n >", super().element(element))


@composed("no declaration at all: UTF-8", shop=ACCENTED)
class NoDeclaration(Written):
    declaration = ""
    after = ""


@composed("a version without an encoding, and text/xml without a charset: UTF-8", shop=ACCENTED)
class NoEncodingDeclared(Written):
    declaration = '<?xml version="1.0"?>'
    content_type = "text/xml"


@composed("XML 1.1 is declared, but its features are not used", shop=ACCENTED)
class XmlOneDotOne(Written):
    declaration = '<?xml version="1.1" encoding="UTF-8"?>'


@composed("XML 1.1 with the line ends of mainframes between the elements (XML 1.1, 2.11)")
class XmlOneDotOneOfMainframes(Written):
    declaration = '<?xml version="1.1" encoding="UTF-8"?>\x85'
    after = "\x85"

    def element(self, element: ET.Element) -> str:
        return super().element(element).replace("><", ">\x85<")


@composed("white space around counts, as XSD's integers have it, and as pretty printers leave it")
class SpaceAroundCounts(Written):
    PLAIN = re.compile(r"[0-9]+")

    def text(self, text: str) -> str:
        return f"\n\t  {text} \r\n" if self.PLAIN.fullmatch(text) else escape(text)


@composed(
    "each text of an overview is on a line of its own, as some pretty printers write it",
    shop=ACCENTED,
    should=("consistency.white-space",),
)
class TextsOnLinesOfTheirOwn(Written):
    def element(self, element: ET.Element) -> str:
        if element.tag != "overview":
            return super().element(element)
        lines = "".join(
            f"    <{child.tag}>\n      {self.text(child.text or '')}\n    </{child.tag}>\n"
            for child in element
        )
        return f"  <overview>\n{lines}  </overview>\n"


@composed("line ends of Windows, tabs, blank lines, and comments after the root")
class WindowsLineEnds(Written):
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\r\n\r\n'
    after = "\r\n\r\n<!-- web-04 -->\r\n"

    def element(self, element: ET.Element) -> str:
        if not len(element):
            return super().element(element)
        inner = "".join(f"\t{self.element(child)}\r\n\r\n" for child in element)
        return f"<{element.tag}>\r\n{inner}</{element.tag}>"


@composed("elements in another order each time, the two of the error envelope too")
class OrderAtRandom(Written):
    def element(self, element: ET.Element) -> str:
        children = list(element)
        random.shuffle(children)
        element[:] = children
        return super().element(element)


@composed(
    "undocumented elements and attributes, nested ones too, beside and below `overview`",
    should=("success.no-extras", "errors.no-extras"),
)
class MoreXmlElements(Written):
    MORE = "<meta took='1.5e-3'><host/><links><self rel='/'>x</self><self/></links></meta>"

    def element(self, element: ET.Element) -> str:
        text = super().element(element)
        if element.tag in ("result", "overview"):
            return text.replace(f"<{element.tag}>", f'<{element.tag} version="2">{self.MORE}', 1)
        return text


@composed(
    "an attribute on each text: its type",
    should=("success.no-extras", "errors.no-extras"),
)
class TypedElements(Written):
    def element(self, element: ET.Element) -> str:
        return super().element(element).replace(f"<{element.tag}>", f"<{element.tag} type='x'>", 1)


WHITE = shop(
    "white-space",
    "Tabs-And-Spaces-3",
    customer("ann@island.example", package="  two   spaces, a tab\x20 "),
    customer("bob@island.example", package="]]> <![CDATA[ &amp; &#65; <!-- -->"),
)


@composed("package names whose white space and markup must be preserved", shop=WHITE)
class TextsKeptAsTheyAre(Written):
    pass


@composed("a package name of several lines, with carriage returns as references")
class PackageOfSeveralLines(Written):
    PACKAGE = "one line\nanother\tone\r\nthe last\r"

    def overview(self, account: Account) -> Mapping[str, str]:
        return {**super().overview(account), "package": self.PACKAGE}

    def text(self, text: str) -> str:
        return escape(text, {"\r": "&#13;"})
