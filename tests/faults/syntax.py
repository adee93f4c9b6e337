"""Bodies that are not JSON, not XML, or XML with a DOCTYPE or a namespace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from reseller_conformance.requirements import (
    CONSISTENCY_FORMATS,
    ERRORS_NO_EXTRAS,
    READABLE_ENCODING,
    READABLE_FORMAT,
    READABLE_NO_DOCTYPE,
    READABLE_SYNTAX,
    SUCCESS_COUNTS,
    SUCCESS_NO_EXTRAS,
)

from .encodings import GERMAN, MARKUP, RIGHT, WRONG, declared, in_json, in_xml
from .registry import (
    about,
)

# --- XML: the syntax -----------------------------------------------------------------------------

in_xml(
    "after_a_blank_line",
    "a blank line before the declaration",
    lambda t: f"\n{t}",
    fails=READABLE_SYNTAX,
)
in_xml("after_a_space", "a space before the declaration", lambda t: f" {t}", fails=READABLE_SYNTAX)
in_xml(
    "after_a_notice",
    "a notice of PHP before the declaration",
    lambda t: (
        f"<br />\n<b>Notice</b>:  Undefined index: user in <b>/srv/overview.php</b><br />\n{t}"
    ),
    fails=READABLE_SYNTAX,
    also=(READABLE_ENCODING,),  # the declaration does not count here
)
in_xml(
    "after_text",
    "text before the declaration",
    lambda t: f"OK {t}",
    fails=READABLE_SYNTAX,
    also=(READABLE_ENCODING,),  # the declaration does not count here
)
in_xml("before_text", "text after the root", lambda t: f"{t}done in 12 ms", fails=READABLE_SYNTAX)
in_xml("twice", "two documents", lambda t: f"{t}{t}", fails=READABLE_SYNTAX)
in_xml("with_two_roots", "two roots", lambda t: f"{t}<result/>", fails=READABLE_SYNTAX)
in_xml(
    "without_its_end",
    "the last tag is missing",
    lambda t: t.replace("</result>", ""),
    fails=READABLE_SYNTAX,
)
in_xml("cut_in_a_tag", "the last tag is cut", lambda t: t.rstrip()[:-1], fails=READABLE_SYNTAX)
in_xml(
    "with_a_wrong_end",
    "the last tag has another name",
    lambda t: t.replace("</result>", "</results>"),
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_a_capital_end",
    "the last tag has a capital",
    lambda t: t.replace("</result>", "</Result>"),
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_a_bare_attribute",
    "an attribute without quotes",
    lambda t: t.replace("<result>", "<result v=1>"),
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_html_s_line_break",
    "a line break as HTML has it",
    lambda t: t.replace("</result>", "<br></result>"),
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_hyphens_in_a_comment",
    "a comment with two hyphens in it",
    lambda t: f"{t}<!-- 12 -- 13 -->",
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_a_late_declaration",
    "the declaration is after a comment",
    lambda t: f"<!-- overview -->\n{t}",
    fails=READABLE_SYNTAX,
    also=(READABLE_ENCODING,),  # the declaration does not count here
)
in_xml("with_a_nul", "a NUL after the root", lambda t: f"{t}\0", fails=READABLE_SYNTAX)
in_xml(
    "of_no_version",
    "the declaration has no version",
    lambda t: t.replace(' version="1.0"', ""),
    fails=READABLE_SYNTAX,
    also=(READABLE_ENCODING,),  # the declaration does not count here
)
for _name, _version in {"1_2": "1.2", "2_0": "2.0", "1": "1", "x": "x", "nought": ""}.items():
    in_xml(
        f"of_version_{_name}",
        f"the declaration says version {_version!r}",
        lambda t, version=_version: t.replace('version="1.0"', f'version="{version}"'),
        fails=READABLE_SYNTAX,
    )
for _name, _namespace in {
    "the_prefix_xml": 'xmlns:xml="https://api.example/"',
    "the_prefix_xmlns": 'xmlns:xmlns="http://www.w3.org/2000/xmlns/"',
    "a_reserved_namespace": 'xmlns:x="http://www.w3.org/XML/1998/namespace"',
    "an_empty_namespace": 'xmlns:x=""',
    "an_empty_prefix": 'xmlns:="https://api.example/"',
}.items():
    in_xml(
        f"declaring_{_name}",
        f"the root declares a namespace in an invalid way: {_namespace}",
        lambda t, namespace=_namespace: t.replace("<result>", f"<result {namespace}>"),
        fails=READABLE_SYNTAX,
        also=(SUCCESS_NO_EXTRAS, ERRORS_NO_EXTRAS),
    )
in_xml(
    "with_a_colon_in_an_instruction",
    "an instruction has a colon in its name",
    lambda t: t.replace("<result>", "<?app:cache no?><result>"),
    fails=READABLE_SYNTAX,
)
in_xml(
    "with_a_raw_ampersand",
    "an ampersand is not escaped",
    lambda t: t.replace("&amp;", "&"),
    fails=READABLE_SYNTAX,
    when=about(MARKUP),
)
in_xml(
    "with_raw_angles",
    "angle brackets are not escaped",
    lambda t: t.replace("&lt;", "<").replace("&gt;", ">"),
    fails=READABLE_SYNTAX,
    when=about(MARKUP),
)
in_xml(
    "with_html_s_entities",
    "umlauts are entities of HTML, which XML does not have",
    lambda t: t.replace("ö", "&ouml;").replace("ü", "&uuml;").replace("ß", "&szlig;"),
    fails=READABLE_SYNTAX,
    when=about(GERMAN),
)
in_xml(
    "with_a_no_break_space",
    "spaces of the package are entities of HTML",
    lambda t: t.replace("Silver Package", "Silver&nbsp;Package"),
    fails=READABLE_SYNTAX,
    when=about(0),
)
for _name, _bad in {
    "raw": "\x0b",
    "referred_to": "&#11;",
    "referred_to_in_hexadecimal": "&#x1;",
}.items():
    in_xml(
        f"with_a_control_character_{_name}",
        "a control character, which XML 1.0 cannot carry, in the package",
        lambda t, bad=_bad: t.replace("</package>", f"{bad}</package>"),
        fails=READABLE_SYNTAX,
        when=RIGHT,
    )
in_xml(
    "with_a_noncharacter",
    "a reference to U+FFFF in the package",
    lambda t: t.replace("</package>", "&#xFFFF;</package>"),
    fails=READABLE_SYNTAX,
    when=RIGHT,
)

# --- XML: DOCTYPE and namespaces -----------------------------------------------------------------

DOCTYPES = {
    "html": "<!DOCTYPE html>",
    "result": "<!DOCTYPE result>",
    "with_a_system": '<!DOCTYPE result SYSTEM "overview.dtd">',
    "with_a_subset": "<!DOCTYPE result [<!ELEMENT message (#PCDATA)>]>",
    "with_an_entity": '<!DOCTYPE result [<!ENTITY euro "&#8364;">]>',
}
for _name, _doctype in DOCTYPES.items():
    in_xml(
        f"with_doctype_{_name}",
        f"{_doctype} after the declaration",
        lambda t, doctype=_doctype: t.replace("?>", f"?>\n{doctype}", 1),
        # The DOCTYPE of HTML alone makes the body a page.
        fails=READABLE_FORMAT if _name == "html" else READABLE_NO_DOCTYPE,
    )
for _name, _when in {"overviews": RIGHT, "errors": WRONG}.items():
    in_xml(
        f"with_doctype_in_{_name}_only",
        f"a DOCTYPE in {_name} only",
        lambda t: t.replace("?>", "?>\n<!DOCTYPE result>", 1),
        fails=READABLE_NO_DOCTYPE,
        when=_when,
    )
    in_xml(
        f"with_a_namespace_in_{_name}_only",
        f"a default namespace in {_name} only",
        lambda t: t.replace("<result>", '<result xmlns="http://sendgrid.com/reseller">'),
        fails=READABLE_NO_DOCTYPE,
        when=_when,
    )
in_xml(
    "with_a_namespace",
    "a default namespace",
    lambda t: t.replace("<result>", '<result xmlns="http://sendgrid.com/reseller">'),
    fails=READABLE_NO_DOCTYPE,
)
in_xml(
    "with_a_prefix",
    "the root has a prefix",
    lambda t: t.replace("<result>", '<sg:result xmlns:sg="urn:sg">').replace(
        "</result>", "</sg:result>"
    ),
    fails=READABLE_NO_DOCTYPE,
)
in_xml(
    "with_a_namespace_inside",
    "the package has a namespace of its own",
    lambda t: t.replace("<package>", '<package xmlns="urn:sg">'),
    fails=READABLE_NO_DOCTYPE,
    when=RIGHT,
)
in_xml(
    "with_a_prefix_of_nothing",
    "a prefix that is bound to no namespace",
    lambda t: t.replace("<package>", "<sg:package>").replace("</package>", "</sg:package>"),
    fails=READABLE_NO_DOCTYPE,
    when=RIGHT,
)

# --- JSON: the syntax ----------------------------------------------------------------------------


def last_member(text: str) -> Callable[[str], str]:
    """Insert this before the last closing brace."""
    return lambda t: f"{t.rstrip()[:-1].rstrip()}{text}\n}}"


JSON_SYNTAX: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "with_a_trailing_comma": ("a comma after the last member", last_member(",")),
    "with_two_commas": ("two commas between members", lambda t: t.replace(",\n", ",,\n", 1)),
    "in_single_quotes": ("single quotes", lambda t: repr(json.loads(t))),
    "with_bare_names": ("names without quotes", lambda t: re.sub(r'"(\w+)":', r"\1:", t)),
    "with_padding": ("wrapped in a function call", lambda t: f"callback({t.strip()});"),
    "in_parentheses": ("in parentheses", lambda t: f"({t.strip()})"),
    "assigned": ("assigned to a variable", lambda t: f"var overview = {t.strip()};"),
    "after_a_guard": ("a guard against inclusion before it", lambda t: f")]}}',\n{t}"),
    "after_a_loop": ("an endless loop before it", lambda t: f"while(1);{t}"),
    "with_a_comment": ("a comment", lambda t: f"/* overview */ {t}"),
    "with_a_line_comment": ("a comment after it", lambda t: f"{t}// done in 12 ms"),
    "twice": ("two texts", lambda t: f"{t}{t}"),
    "before_null": ("null after it", lambda t: f"{t}null"),
    "before_text": ("text after it", lambda t: f"{t}done in 12 ms"),
    "before_a_zero": ("a 0 after it, as WordPress has it", lambda t: f"{t.rstrip()}0"),
    "before_a_nul": ("a NUL after it", lambda t: f"{t}\0"),
    "after_a_no_break_space": ("a no-break space before it", lambda t: f"\u00a0{t}"),
    "before_a_form_feed": ("a form feed after it", lambda t: f"{t}\f"),
    "after_a_notice": (
        "a notice of PHP before it",
        lambda t: f"<br />\n<b>Notice</b>:  Undefined index: user in <b>/srv/x.php</b><br />\n{t}",
    ),
    "after_a_warning": (
        "a warning in plain text before it",
        lambda t: f"Warning: disk is full\n{t}",
    ),
    "before_a_comment_of_html": ("a comment of HTML after it", lambda t: f"{t}<!-- 12 ms -->"),
    "without_its_end": ("the last brace is missing", lambda t: t.rstrip()[:-1]),
    "without_its_start": ("the first brace is missing", lambda t: t[1:]),
    "cut_in_half": ("half of the text is missing", lambda t: t[: len(t) // 2]),
    "with_an_equals_sign": (
        "an equals sign instead of a colon",
        lambda t: t.replace('":', '"=', 1),
    ),
    "with_an_escape_of_javascript": (
        "an escape in hexadecimal",
        lambda t: t.replace('": "', '": "\\x41', 1),
    ),
}
for _name, (_said, _change) in JSON_SYNTAX.items():
    in_json(_name, _said, _change, fails=READABLE_SYNTAX)


in_json(
    "with_yaml",
    "as YAML",
    lambda t: t.replace('"', "").replace("{", "---").replace("}", ""),
    fails=READABLE_FORMAT,
)
for _name, _raw in {"newline": "\n", "tab": "\t"}.items():
    in_json(
        f"with_a_raw_{_name}",
        f"a {_name} within the package",
        lambda t, raw=_raw: t.replace('"package": "', f'"package": "{raw}'),
        fails=READABLE_SYNTAX,
        also=(CONSISTENCY_FORMATS,),
        when=RIGHT,
    )


def remain(literal: str) -> Callable[[str], str]:
    """Write `credits_remain` in this way."""
    return lambda t: re.sub('(?<="credits_remain": )"[0-9]+"', literal, t)


for _name, _literal in {
    "nan": "NaN",
    "infinity": "Infinity",
    "minus_infinity": "-Infinity",
    "undefined": "undefined",
    "none": "None",
    "nothing": "",
    "a_leading_zero": "0100",
    "a_leading_plus": "+1",
    "no_integer_part": ".5",
    "no_fraction": "5.",
    "hexadecimal": "0x64",
    "an_underscore": "1_000",
    "a_long": "100L",
    "a_comma": "1,000",
    "big_int": "100n",
    "bare": "unlimited",
}.items():
    in_json(
        f"with_{_name}",
        f"credits_remain is {_literal or 'not there, though its name is'}",
        remain(_literal),
        fails=READABLE_SYNTAX,
        also=(SUCCESS_COUNTS,) if _name in ("nan", "infinity", "minus_infinity") else (),
        when=RIGHT,
    )
for _name, _when in {"overviews": RIGHT, "errors": WRONG}.items():
    in_json(
        f"after_a_mark_in_{_name}_only",
        f"a byte order mark before {_name} only",
        lambda t: f"\ufeff{t}",
        fails=READABLE_ENCODING,
        when=_when,
    )
    in_json(
        f"with_padding_in_{_name}_only",
        f"{_name} only are wrapped in a function call",
        lambda t: f"callback({t.strip()});",
        fails=READABLE_SYNTAX,
        when=_when,
    )
    in_json(
        f"before_text_in_{_name}_only",
        f"{_name} only have text after them",
        lambda t: f"{t}done",
        fails=READABLE_SYNTAX,
        when=_when,
    )
    in_xml(
        f"after_a_blank_line_in_{_name}_only",
        f"{_name} only begin with a blank line",
        lambda t: f"\n{t}",
        fails=READABLE_SYNTAX,
        when=_when,
    )
    in_xml(
        f"in_an_unknown_encoding_in_{_name}_only",
        f"{_name} only declare an unknown encoding",
        declared("ISO-8859-99"),
        fails=READABLE_ENCODING,
        when=_when,
    )
