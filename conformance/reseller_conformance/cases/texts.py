"""What the API docs do not mention and users send: special texts, and undocumented parameters.

`plan` puts them into calls, and `strategies` draws more of them.
"""

from __future__ import annotations

__all__ = [
    "CUT_OR_DROPPED",
    "INJECTION_IN_GBK",
    "LINE_END",
    "RARE_TEXTS",
    "SPECIAL_TEXTS",
    "SPOILED_TASKS",
    "TAB",
    "UNDOCUMENTED",
    "UNLOCKING",
]

SPECIAL_TEXTS = (
    "'",
    '"',
    "\\",
    "<",
    ">",
    "&",
    ";",
    "%",
    "+",
    "#",
    "=",
    "`",
    "]]>",
    "<!--",
    "-!()*,/:?[]^{|}~$",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "<?xml version='1.0'?>",
    "&amp;",
    "&#0;",
    "{{7*7}}",
    "${jndi:x}",
    "%s%n",
    "%00",
    "\\u0000",
    "../../etc/passwd",
    "o'brien’s – №\u00ad1…",
    "1 OR 1=1--",
    "1; WAITFOR DELAY '0:0:0'--",
    "SLEEP(0)",
    "99999999999999999999",
    "1e999",
    "a b",
    "Zoë &amp; 漢字 \U0001f600 Jr",
    " ",
    "-1",
    "é",
    "ß",
    "İı",
    "Ω",
    "Ā",
    "漢字",
    "שלום",
    "\u0416\u03b2\u0e01\u0939\u304b\ud55c\uff3a",  # a letter of each of seven more scripts
    "e\u0301",
    "\u00a0",
    "\u200b",
    "\u2028",
    "\ufeff",
    "€",
    "\U0001f600",
    "\U00020000",
    "\ue000",
    "x" * 255,
    "é" * 255,
    "'" * 128,
    "x" + "\U0001f600" * 127,  # with é * 255, a text that is cut within a character shows
)
"""Texts that people have, and that escape badly: all within XML 1.0, none with control characters.

At most 255 characters (specification, section 4).
"""

RARE_TEXTS = (
    *(text for text in SPECIAL_TEXTS if len(text) < 10 and not text.isascii()),
    *("]]>", "%s%n", "%00", "\\u0000", "-!()*,/:?[]^{|}~$"),
)
"""Those with rare characters, and some escapes."""

UNDOCUMENTED = (
    (("_", "1"),),
    (("callback", "done"),),
    (("format", "xml"),),
    (("format", "json"),),
    (("debug", "1"),),
    (("date", "2001-01-01"), ("start_date", "2001-01-01"), ("end_date", "2001-01-31")),
    (("page", "2"), ("limit", "1"), ("offset", "1"), ("fields", "package"), ("pretty", "1")),
    (("lang", "de"), ("locale", "de_DE")),
    (
        *(("customer", "nobody"), ("username", "nobody"), ("email", "nobody"), ("id", "1")),
        *(("sub_user", "nobody"), ("user_id", "nobody"), ("account", "nobody")),
    ),
    (
        *(("token", "x"), ("api_token", "x"), ("session", "x"), ("version", "3")),
        *(("jsonp", "done"), ("jsoncallback", "done"), ("_method", "DELETE")),
    ),
    (("xtask", "stats"), ("xuser", "nobody"), ("public_key", "x"), ("user_task", "stats")),
    (("USER", "nobody"), ("Task", "stats")),
    (("utm_source", "é&="), ("v", "2"), ("note", "")),
)
"""Parameters that proxies and clients add; some hold the name of a documented one."""

UNLOCKING = (
    ("debug", "1"),
    ("callback", "done"),
    ("test", "1"),
    ("admin", "true"),
    ("internal", "1"),
    ("role", "admin"),
    ("token", "x"),
    ("access_token", "x"),
    ("key", "x"),
    ("password", "x"),
    ("sandbox", "1"),
    ("sudo", "1"),
    ("noauth", "1"),
    ("authenticated", "1"),
    ("logged_in", "1"),
    ("is_admin", "1"),
    ("auth", "1"),
    ("valid", "1"),
    ("preview", "1"),
    ("mode", "test"),
    ("apikey", "x"),
    ("username", "admin"),
    ("email", "x"),
    ("id", "1"),
    ("session", "x"),
    ("PHPSESSID", "x"),
    ("version", "3"),
    ("lang", "en"),
    ("limit", "1"),
    ("date", "2001-01-01"),
    ("_", "1"),
)
"""Undocumented parameters that must not let anybody in: what developers and frameworks add."""

LINE_END = "%0Ax%0D%0AX-Injected:%201%0D%0ASet-Cookie:%20injected=1%0D%0A"
"""A percent-encoded end of a value: readers of lines stop at its line feed.

Behind that it writes a header and a cookie where a server copies the value into its own.
"""

CUT_OR_DROPPED = ("%00x", LINE_END, "%FF", "%zz")
"""Percent-encoded ends of a value: C stops at a NUL, readers of lines at a line feed.

Converters of encodings stop at bytes that are no UTF-8, or drop them. Some decoders do so with
escapes that are incorrect.
"""

TAB = "%09x"
"""Readers of tables stop at a tab."""

INJECTION_IN_GBK = "%bf%27%20OR%201=1%20--%20"
"""An injection behind a byte that is no UTF-8.

In GBK, this byte and the backslash before an escaped quote are one character: the quote is free.
"""

SPOILED_TASKS = ("over%01view", "x%0Aoverview")
"""The task with a control character and a line too many.

Filters drop control characters, and a regular expression may match one line alone.
"""
