"""What each parameter may be: right, missing, empty, or wrong in one of the ways people get wrong.

A state is a name, so that a case can be written down, and printed, without any secret. How it is
made of the right value is left to `making`; which states are combined into calls to `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ADDRESSES",
    "COMMON_INVALID",
    "EMPTY",
    "LENIENT",
    "NAMES",
    "NEAR_MISSES",
    "PARSED",
    "SPECIAL",
    "UNREGISTERED",
    "State",
    "Text",
    "Value",
]


class State(StrEnum):
    """One way in which a parameter may be sent."""

    VALID = "valid"
    MISSING = "missing"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    """Another value altogether, that nobody could have registered."""
    PREFIX = "prefix"
    """All but the last character."""
    INITIAL = "initial"
    """The first character alone."""
    ENDING = "ending"
    """All but the first character."""
    INNER = "inner"
    """Neither the first nor the last character."""
    SUFFIX = "suffix"
    """One character more."""
    PREFACED = "prefaced"
    """One character before it."""
    ALTERED = "altered"
    """The last character exchanged for another."""
    OTHER_CASE = "other-case"
    """Every letter in the other case."""
    LISTED = "listed"
    """The right value in a list with another one."""
    WILDCARD = "wildcard"
    """`%`, which SQL's LIKE takes for anything."""
    GLOB = "glob"
    """`*`, which a shell, an LDAP server or a cache takes for anything."""
    REGEX = "regex"
    """`.*`, which a regular expression takes for anything."""
    PATTERN = "pattern"
    """The first half of the right value and `%`."""
    INJECTION = "injection"
    """A quote that ends the text and a condition that is always true."""
    INJECTION_DOUBLE = "injection-double"
    """The same with double quotes."""
    COMMENTED = "commented"
    """The right value, a quote that ends the text, and a comment."""
    NULL = "null"
    """The word that some serializers write for nothing."""
    STATS = "stats"
    """Another task that a mail API has."""
    DECODED_TWICE = "decoded-twice"
    """The right value percent-encoded: right only for who decodes twice."""
    LISTED_LAST = "listed-last"
    """The same the other way round."""
    QUOTED = "quoted"
    """The right value in quotes."""
    TAGGED = "tagged"
    """The right value in a tag, which some strip."""
    REFERENCED = "referenced"
    """The first character as a character reference: right only for who decodes HTML."""
    BACKSLASHED = "backslashed"
    """A backslash before the last character, which some strip."""
    CUT_SEMICOLON = "cut-semicolon"
    """The right value and more, behind a character at which some readers cut."""
    CUT_AMPERSAND = "cut-ampersand"
    CUT_HASH = "cut-hash"
    CUT_SPACE = "cut-space"
    CUT_SLASH = "cut-slash"
    SLASHED = "slashed"
    """A slash behind the right value."""
    DOTTED = "dotted"
    """A dot behind the right value."""
    EXTENDED = "extended"
    """A file's ending behind the right value."""
    PLURAL = "plural"
    DOUBLED = "doubled"
    """The right value twice."""
    HYPHENATED = "hyphenated"
    """A hyphen in the middle."""
    REPLACED = "replaced"
    """The first character exchanged for another."""
    EXCHANGED = "exchanged"
    """The last two characters, in the other order."""
    SQUEEZED = "squeezed"
    """Letters and digits alone."""
    ONE_ANY = "one-any"
    """`_` for the second character, which SQL's LIKE takes for any."""
    ONE_DOT = "one-dot"
    """`.` for the second character, which a regular expression takes for any."""
    OTHER_DOT = "other-dot"
    """Another character for each dot, which a regular expression takes for any."""
    QUESTION = "question"
    """`?`, which a shell takes for any character."""
    ALL_ANY = "all-any"
    """`_` for each character."""
    ZERO = "zero"
    ONE = "one"
    TRUE = "true"
    NONE = "none"
    UNDEFINED = "undefined"
    ALL = "all"
    WITHOUT_DOMAIN = "without-domain"
    """What stands before the `@`."""
    WITH_TAG = "with-tag"
    """`+x` before the `@`, which some mail servers ignore."""
    WITH_DOT = "with-dot"
    """A dot behind the first character, which some mail servers ignore."""
    WITH_NAME = "with-name"
    """As in a mail's header: `A <a@example.com>`."""
    OWN_NAME = "own-name"
    """The reseller's own name, where a customer's should stand."""
    FOREIGN = "foreign"
    """A customer registered under another reseller."""
    CUSTOMER = "customer"
    """A customer's name, where a credential should stand."""
    KEY = "key"
    """The right key, where the reseller's name should stand."""
    LAST_UNDERSCORE = "last-underscore"
    """The right value behind a character at which some readers split, and take the last part."""
    LAST_DOT = "last-dot"
    LAST_SLASH = "last-slash"
    LAST_BACKSLASH = "last-backslash"
    LAST_COLON = "last-colon"
    LAST_BAR = "last-bar"
    CUT_HYPHEN = "cut-hyphen"
    """The right value and more, behind one more such character."""
    CUT_QUESTION = "cut-question"
    CUT_BAR = "cut-bar"
    CALLED = "called"
    """The right value as the name of a function that is called."""
    ANGLED = "angled"
    """The right value in angle brackets."""
    HALF = "half"
    """The first half of the right value, as abbreviations are."""
    ACCENTED = "accented"
    """A character behind the right value that is lost where ASCII alone is kept."""
    EMOJI = "emoji"
    """The right value and more, behind a character at which MySQL's utf8 cuts."""
    FULL_WIDTH = "full-width"
    """Compatible characters, which are the right ones only where texts are normalized."""
    ZERO_WIDTH = "zero-width"
    """A character that nobody sees behind the first one."""
    ZERO_BEFORE = "zero-before"
    """A zero before the right value, which is lost where numbers are compared."""
    SECOND_ALTERED = "second-altered"
    """The second character exchanged for another."""
    FIRST_CASE = "first-case"
    """The first letter alone in the other case."""
    PLUS_SPACE = "plus-space"
    """A space for each plus sign, right only for who decodes twice."""
    URL_SAFE = "url-safe"
    """The characters in which two alphabets of base64 differ, in the other one."""
    OTHER_UNDERSCORE = "other-underscore"
    """Another character for each underscore, which SQL's LIKE takes for any."""
    ONE_QUESTION = "one-question"
    """`?` for the second character, which a shell takes for any."""
    INJECTION_PARENTHESES = "injection-parentheses"
    """The same within a function's or a list's parentheses."""
    INJECTION_LOWER = "injection-lower"
    """The same in small letters, as XPath has them."""
    INJECTION_BACKSLASH = "injection-backslash"
    """The same where quotes are doubled, and backslashes are not."""
    INJECTION_EQUAL = "injection-equal"
    """Two comparisons, the second of which MySQL takes for 0 = 0."""
    CONSTRUCTOR = "constructor"
    """What every object of JavaScript has a member of."""
    PROTO = "proto"
    VIEW = "view"
    """Other words for an overview."""
    GET = "get"
    INFO = "info"
    SUMMARY = "summary"
    LOWER_CASE = "lower-case"
    UPPER_CASE = "upper-case"
    CAPITALIZED = "capitalized"
    SPACE_BEFORE = "space-before"
    SPACE_AFTER = "space-after"


@dataclass(frozen=True, slots=True)
class Text:
    """A literal value, wrong for every parameter it is sent for."""

    text: str


Value = State | Text

UNREGISTERED: dict[str, str] = {
    "task": "nothing-58e0d3b7@example.invalid",
    "user": "nobody-7f3a91c2@example.invalid",
    "api_user": "no-reseller-c40d6e15@example.invalid",
    "api_key": "no-key-b91f27a6@example.invalid",
}
"""What is sent as another value. A text of its own for each parameter: an error that repeats one
of the others does not repeat the key."""

_CREDENTIAL = (
    State.UNKNOWN,
    State.PREFIX,
    State.INITIAL,
    State.ENDING,
    State.SUFFIX,
    State.PREFACED,
    State.ALTERED,
    State.WILDCARD,
    State.GLOB,
    State.REGEX,
    State.INJECTION,
    State.INJECTION_DOUBLE,
    State.COMMENTED,
    State.NULL,
)

COMMON_INVALID: dict[str, tuple[State, ...]] = {
    "task": (
        State.UNKNOWN,
        State.STATS,
        State.PREFIX,
        State.INITIAL,
        State.ENDING,
        State.INNER,
        State.SUFFIX,
        State.PREFACED,
        State.ALTERED,
        State.LISTED,
        State.WILDCARD,
        State.GLOB,
        State.REGEX,
        State.PATTERN,
        State.INJECTION,
        State.INJECTION_DOUBLE,
        State.COMMENTED,
        State.NULL,
        State.DECODED_TWICE,
    ),
    "user": (
        State.UNKNOWN,
        State.PREFIX,
        State.ENDING,
        State.INNER,
        State.SUFFIX,
        State.PREFACED,
        State.ALTERED,
        State.LISTED,
        State.WILDCARD,
        State.GLOB,
        State.REGEX,
        State.PATTERN,
        State.INJECTION,
        State.INJECTION_DOUBLE,
        State.COMMENTED,
        State.NULL,
        State.DECODED_TWICE,
        State.FOREIGN,
    ),
    "api_user": _CREDENTIAL,
    "api_key": (*_CREDENTIAL, State.OTHER_CASE),
}
"""The wrong states of each parameter: an error is due (specification, section 4)."""

EMPTY = (State.MISSING, State.EMPTY)
"""The two ways of sending nothing."""

SPECIAL = (
    State.WILDCARD,
    State.GLOB,
    State.REGEX,
    State.PATTERN,
    State.INJECTION,
    State.INJECTION_DOUBLE,
    State.COMMENTED,
    State.DECODED_TWICE,
    State.QUOTED,
    State.TAGGED,
    State.REFERENCED,
    State.BACKSLASHED,
    State.CUT_SEMICOLON,
    State.CUT_AMPERSAND,
    State.CUT_HASH,
    State.WITH_NAME,
    State.LAST_BACKSLASH,
    State.CUT_QUESTION,
    State.ANGLED,
    State.ACCENTED,
    State.EMOJI,
    State.FULL_WIDTH,
    State.ZERO_WIDTH,
    State.INJECTION_PARENTHESES,
    State.INJECTION_LOWER,
    State.INJECTION_BACKSLASH,
    State.INJECTION_EQUAL,
)
"""Those that are odd texts as well: what makes a server fail is the text, not that it is wrong."""

_NEAR_MISSES = (
    State.LISTED_LAST,
    State.QUOTED,
    State.TAGGED,
    State.REFERENCED,
    State.BACKSLASHED,
    State.CUT_SEMICOLON,
    State.CUT_AMPERSAND,
    State.CUT_HASH,
    State.CUT_SPACE,
    State.CUT_SLASH,
    State.SLASHED,
    State.DOTTED,
    State.DOUBLED,
    State.REPLACED,
    State.EXCHANGED,
    State.ALL_ANY,
    State.QUESTION,
    State.ZERO,
    State.ONE,
    State.TRUE,
    State.NONE,
    State.UNDEFINED,
    State.ALL,
    State.CONSTRUCTOR,
    State.PROTO,
    State.SECOND_ALTERED,
    State.ZERO_BEFORE,
    State.LAST_UNDERSCORE,
    State.LAST_DOT,
    State.LAST_SLASH,
    State.LAST_BACKSLASH,
    State.LAST_COLON,
    State.LAST_BAR,
    State.CUT_HYPHEN,
    State.CUT_QUESTION,
    State.CUT_BAR,
    State.ANGLED,
    State.ACCENTED,
    State.EMOJI,
    State.INJECTION_PARENTHESES,
    State.INJECTION_LOWER,
    State.INJECTION_BACKSLASH,
    State.INJECTION_EQUAL,
)

NEAR_MISSES: dict[str, tuple[State, ...]] = {
    "task": (
        *_NEAR_MISSES,
        State.EXTENDED,
        State.PLURAL,
        State.HYPHENATED,
        State.ONE_ANY,
        State.ONE_DOT,
        State.CALLED,
        State.HALF,
        State.FULL_WIDTH,
        State.ZERO_WIDTH,
        State.VIEW,
        State.GET,
        State.INFO,
        State.SUMMARY,
    ),
    "user": (
        *_NEAR_MISSES,
        State.ONE_ANY,
        State.ONE_DOT,
        State.OTHER_DOT,
        State.WITHOUT_DOMAIN,
        State.WITH_TAG,
        State.WITH_DOT,
        State.WITH_NAME,
        State.OWN_NAME,
        State.ONE_QUESTION,
        State.OTHER_UNDERSCORE,
        State.PLUS_SPACE,
    ),
    "api_user": (
        *_NEAR_MISSES,
        State.LISTED,
        State.DECODED_TWICE,
        State.ONE_ANY,
        State.ONE_DOT,
        State.ONE_QUESTION,
        State.OTHER_UNDERSCORE,
        State.CUSTOMER,
    ),
    "api_key": (
        *_NEAR_MISSES,
        State.LISTED,
        State.DECODED_TWICE,
        State.UPPER_CASE,
        State.LOWER_CASE,
        State.SQUEEZED,
        State.FIRST_CASE,
        State.HYPHENATED,
        State.ZERO_WIDTH,
        State.PLUS_SPACE,
        State.URL_SAFE,
        State.OWN_NAME,
        State.CUSTOMER,
    ),
}
"""Rarer wrong states, which are asked alone and left out of combinations."""

NAMES = (
    State.PREFIX,
    State.ENDING,
    State.INNER,
    State.SUFFIX,
    State.PREFACED,
    State.ALTERED,
    State.NULL,
    State.CUT_SPACE,
    State.DOUBLED,
    State.REPLACED,
    State.EXCHANGED,
    State.ZERO,
    State.ONE,
    State.TRUE,
    State.NONE,
    State.UNDEFINED,
    State.ALL,
    State.CONSTRUCTOR,
    State.SECOND_ALTERED,
    State.ZERO_BEFORE,
    State.LAST_UNDERSCORE,
    State.LAST_DOT,
    State.CUT_HYPHEN,
    State.ACCENTED,
    State.OTHER_DOT,
    State.WITHOUT_DOMAIN,
    State.WITH_TAG,
    State.WITH_DOT,
    State.OWN_NAME,
    State.OTHER_UNDERSCORE,
    State.PLUS_SPACE,
)
"""Wrong states of `user` under which another customer could be registered."""

ADDRESSES = (State.WITH_NAME, State.ANGLED, State.DOTTED)
"""Spellings of `user` that a reader of mail addresses takes for the address itself."""

PARSED = (
    State.LISTED,
    State.QUOTED,
    State.CUT_SEMICOLON,
    State.CUT_SPACE,
    State.LAST_COLON,
)
"""What such a reader may take for it as well: lists, groups, a quoted local part, a comment."""

LENIENT = (
    State.UPPER_CASE,
    State.CAPITALIZED,
    State.SPACE_BEFORE,
    State.SPACE_AFTER,
)
"""Spellings of `task` that a lenient reader may accept: an error SHOULD be given."""
