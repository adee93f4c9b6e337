"""What each parameter may hold: its valid value, nothing, or one mutation of the valid value.

One row of `State` says all about a mutation. `mutation_makers` fills in the templates, and `plan`
combines the states into calls. A state is a name, so that a case can be printed without a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Self

from reseller_conformance.contract import CREDENTIALS, PARAMETERS

__all__ = [
    "ADDRESSES",
    "COMMON_INVALID",
    "DEFAULT_KEYS",
    "EMPTY",
    "KEY_SPELLINGS",
    "LENIENT",
    "MAX_VALUE_CHARS",
    "NAMES",
    "NEAR_MISSES",
    "PARSED",
    "QUICK_NEAR_MISSES",
    "SPECIAL",
    "UNREADABLE",
    "UNREGISTERED",
    "State",
    "Text",
    "Trait",
    "Value",
]


class Trait(Flag):
    """What else is true of a mutation."""

    NONE = 0
    AFFIX = auto()
    """Combined with other invalid parameters: some characters are added, lost or exchanged."""
    PATTERN = auto()
    """Combined as well: a pattern or an injection."""
    SPECIAL = auto()
    """A special text as well: where a server fails, it is the text that makes it fail."""
    NAME = auto()
    """Another customer could be registered under this `user`."""
    ADDRESS = auto()
    """A reader of mail addresses takes this `user` for the address itself."""
    PARSED = auto()
    """A reader of mail addresses may do so: a list, a group, a quoted local part, a comment."""
    LENIENT = auto()
    """A lenient reader may accept this spelling of `task`: an error SHOULD be given."""
    UNREADABLE = auto()
    """It may be refused in any way, without an envelope as well."""
    RARE = auto()
    """A quick run leaves it out."""


MAX_VALUE_CHARS = 255
"""Characters of a value that every implementation has to read (specification, section 4)."""

_NO = ()
_EVERY = PARAMETERS
_TASK, _USER, _KEY = ("task",), ("user",), ("api_key",)
_NAMES = ("api_user", "user")
_TEXTS = ("task", "user")
_EXCEPT_KEY = ("task", "user", "api_user")


class State(StrEnum):
    """One way in which a parameter may be sent.

    Each row holds the name, the template, the parameters that have it as a common mutation, those
    that have it as a near miss, and the traits.
    """

    template: str | None
    """The text that is sent, with parts of the valid value in braces.

    None where nothing is sent, or where the value comes from the account.
    """
    common: tuple[str, ...]
    """The parameters that it is sent for, alone and in combinations."""
    near: tuple[str, ...]
    """The parameters that it is sent for, alone only."""
    traits: Trait

    def __new__(
        cls,
        name: str,
        template: str | None = None,  # type checkers need it optional, for `State("prefix")`
        common: tuple[str, ...] = _NO,
        near: tuple[str, ...] = _NO,
        traits: Trait = Trait.NONE,
    ) -> Self:
        """Make a member of its row."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.template = template
        member.common, member.near, member.traits = common, near, traits
        return member

    VALID = "valid", "{value}"
    MISSING = "missing", None
    EMPTY = "empty", ""
    UNKNOWN = "unknown", "{another}", _EVERY
    """Another value, which nobody could have registered."""
    STATS = "stats", "stats", _TASK
    """Another task of a mail API."""

    PREFIX = "prefix", "{all_but_last}", _EVERY, _NO, Trait.AFFIX | Trait.NAME
    SUFFIX = "suffix", "{value}x", _EVERY, _NO, Trait.AFFIX | Trait.NAME
    ALTERED = "altered", "{all_but_last}{not_last}", _EVERY, _NO, Trait.AFFIX | Trait.NAME
    """The last character exchanged for another."""
    PREFACED = "prefaced", "x{value}", _EVERY, _NO, Trait.AFFIX | Trait.NAME
    ENDING = "ending", "{all_but_first}", _EVERY, _NO, Trait.AFFIX | Trait.NAME
    OTHER_CASE = "other-case", "{other_case}", _KEY, _NO, Trait.AFFIX
    """Each letter in the other case."""
    INNER = "inner", "{inner}", _TEXTS, _NO, Trait.NAME
    """Neither the first nor the last character."""
    LISTED = "listed", "{value},{value}", _EVERY, _NO, Trait.PARSED
    """The valid value twice in a list: the first, the last, and each one is valid."""

    WILDCARD = "wildcard", "%", _EVERY, _NO, Trait.PATTERN | Trait.SPECIAL
    """SQL's LIKE takes it for any text."""
    INJECTION = "injection", "' OR '1'='1", _EVERY, _NO, Trait.PATTERN | Trait.SPECIAL
    """A quote that ends the text, and a condition that is always true."""
    GLOB = "glob", "*", _EVERY, _NO, Trait.PATTERN | Trait.SPECIAL
    """A shell, an LDAP server or a cache takes it for any text."""
    REGEX = "regex", ".*", _EVERY, _NO, Trait.PATTERN | Trait.SPECIAL
    """A regular expression takes it for any text."""
    PATTERN = "pattern", "{half}%", _TEXTS, _NO, Trait.SPECIAL
    INJECTION_DOUBLE = "injection-double", '" OR "1"="1', _EVERY, _NO, Trait.SPECIAL
    COMMENTED = "commented", "{value}' -- ", _EVERY, _NO, Trait.SPECIAL
    """The valid value, a quote that ends the text, and a comment."""
    NULL = "null", "null", _EVERY, _NO, Trait.NAME
    """The word that some serializers write for nothing."""
    DECODED_TWICE = "decoded-twice", "{escape}{all_but_first}", _EVERY, _NO, Trait.SPECIAL
    """The first character percent-encoded: valid only for a reader that decodes twice."""
    FOREIGN = "foreign", None, _USER
    """A customer registered under another reseller."""

    QUOTED = "quoted", '"{value}"', _NO, _EVERY, Trait.SPECIAL | Trait.PARSED
    TAGGED = "tagged", "<b>{value}</b>", _NO, _EVERY, Trait.SPECIAL
    """Some readers strip tags."""
    REFERENCED = "referenced", "&#{code_point};{all_but_first}", _NO, _EVERY, Trait.SPECIAL
    """The first character as a character reference: valid only for a reader of HTML."""
    BACKSLASHED = "backslashed", "{all_but_last}\\{last}", _NO, _EVERY, Trait.SPECIAL
    """Some readers strip backslashes."""
    SPLIT_SEMICOLON = (
        "split-semicolon",
        "{value};{value}",
        *(_NO, _EVERY, Trait.SPECIAL | Trait.PARSED),
    )
    """Some readers split a text at this character, and at those of the next rows.

    They take the text before it, or the text behind it.
    """
    SPLIT_HASH = "split-hash", "{value}#{value}", _NO, _EVERY, Trait.SPECIAL
    SPLIT_BACKSLASH = "split-backslash", "{value}\\{value}", _NO, _EVERY, Trait.SPECIAL
    SPLIT_COLON = "split-colon", "{value}:{value}", _NO, _EVERY, Trait.PARSED
    SPLIT_BAR = "split-bar", "{value}|{value}", _NO, _EVERY
    SPLIT_QUESTION = "split-question", "{value}?{value}", _NO, _EVERY, Trait.SPECIAL
    SPLIT_QUOTE = (
        "split-quote",
        '{value}"{value}',
        *(_NO, ("user", "api_key"), Trait.SPECIAL | Trait.PARSED | Trait.RARE),
    )
    SPLIT_ANGLE = (
        "split-angle",
        "{value}<{value}",
        *(_NO, _NAMES, Trait.SPECIAL | Trait.PARSED | Trait.RARE),
    )
    SPLIT_SPACES = (
        "split-spaces",
        "{value}{spaces}{value}",
        *(_NO, _EVERY, Trait.SPECIAL | Trait.NAME | Trait.PARSED),
    )
    """Many spaces: a database may cut a text at its column's width, and trim the rest."""
    CUT_AMPERSAND = "cut-ampersand", "{value}&x=1", _NO, _EVERY, Trait.SPECIAL
    """Some readers cut a text at this character, and at those of the next rows."""
    CUT_EQUALS = "cut-equals", "{value}=", _NO, ("user", "api_key")
    CUT_AT = "cut-at", "{value}@x", _NO, _NAMES, Trait.NAME | Trait.PARSED | Trait.RARE
    SLASHED = "slashed", "{value}/", _NO, _EVERY
    IN_FOLDER = "in-folder", "./{value}", _NO, _EVERY
    """Another path to the same file. Some readers take the text behind the last slash."""
    DOTTED = "dotted", "{value}.", _NO, _EVERY, Trait.ADDRESS
    EXTENDED = "extended", "{value}.json", _NO, _TASK
    PLURAL = "plural", "{value}s", _NO, _TASK
    DOUBLED = "doubled", "{value}{value}", _NO, _EVERY, Trait.NAME
    HYPHENATED = "hyphenated", "{hyphenated}", _NO, ("task", "api_key")
    """A hyphen within the value. Beside another it would begin a comment of SQL."""
    REPLACED = "replaced", "{not_first}{all_but_first}", _NO, _EVERY, Trait.NAME
    """The first character exchanged for another."""
    EXCHANGED = "exchanged", "{last_two_exchanged}", _NO, _EVERY, Trait.NAME
    SQUEEZED = "squeezed", "{letters_and_digits}", _NO, _KEY
    ONE_ANY = "one-any", "{first}_{all_but_two}", _NO, _EVERY
    """SQL's LIKE takes `_` for any character."""
    ONE_DOT = "one-dot", "{first}.{all_but_two}", _NO, _EXCEPT_KEY
    """A regular expression takes `.` for any character."""
    OTHER_DOT = "other-dot", "{other_dot}", _NO, _USER, Trait.NAME
    """Another character for each dot, valid where the name is used as a regular expression."""
    QUESTION = "question", "?", _NO, _EVERY
    """A shell takes it for any character."""
    ZERO = "zero", "0", _NO, _EVERY, Trait.NAME
    ONE = "one", "1", _NO, _EVERY, Trait.NAME
    TRUE = "true", "true", _NO, _EVERY, Trait.NAME
    NONE = "none", "None", _NO, _EVERY, Trait.NAME
    UNDEFINED = "undefined", "undefined", _NO, _EVERY, Trait.NAME
    ALL = "all", "all", _NO, _USER, Trait.NAME
    WITHOUT_DOMAIN = "without-domain", "{local_part}", _NO, _USER, Trait.NAME
    WITH_TAG = "with-tag", "{tagged_address}", _NO, _USER, Trait.NAME
    """`+x` before the `@`, which some mail servers ignore."""
    WITH_DOT = "with-dot", "{first}.{all_but_first}", _NO, _USER, Trait.NAME
    """Some mail servers ignore dots before the `@`."""
    WITH_NAME = "with-name", "A <{value}>", _NO, _USER, Trait.SPECIAL | Trait.ADDRESS
    """As in the header of a mail."""
    OWN_NAME = "own-name", None, _NO, ("user", "api_key"), Trait.NAME
    """The reseller's own name, in the place of a customer's name or of the key."""
    CUSTOMER = "customer", None, _NO, CREDENTIALS
    """A customer's name, in the place of a credential."""
    KEY = "key", None
    """The valid key, in the place of the reseller's name."""
    SHIFTED = "shifted", None
    """The valid key behind the last character of the reseller's name.

    Together with a name without it, it is valid where the two are joined before they are compared.
    """
    LAST_UNDERSCORE = "last-underscore", "x_{value}", _NO, _EVERY, Trait.NAME
    """Some readers split a text at this character, and at the next one, which names hold."""
    LAST_DOT = "last-dot", "x.{value}", _NO, _EVERY, Trait.NAME
    CUT_HYPHEN = "cut-hyphen", "{value}-x", _NO, _EVERY, Trait.NAME
    CALLED = "called", "{value}()", _NO, _TASK
    """The valid value as the name of a function that is called."""
    ANGLED = "angled", "<{value}>", _NO, _EVERY, Trait.SPECIAL | Trait.ADDRESS
    HALF = "half", "{half}", _NO, _TASK
    """The first half of the valid value, as an abbreviation."""
    ACCENTED = "accented", "{value}é", _NO, ("user", *CREDENTIALS), Trait.SPECIAL | Trait.NAME
    """This character is lost where only ASCII is kept."""
    ACCENT_WITHIN = "accent-within", "{first}\u0301{all_but_first}", _NO, _TASK, Trait.SPECIAL
    """The accent is lost there too, and where texts are compared without regard to accents."""
    EMOJI = "emoji", "{value}\N{GRINNING FACE}x", _NO, _EVERY, Trait.SPECIAL
    """MySQL's utf8 cuts a text at this character."""
    FULL_WIDTH = "full-width", "{full_width}", _NO, ("task", "api_key"), Trait.SPECIAL
    """Compatible characters, which are the valid ones only where texts are normalized."""
    ZERO_WIDTH = (
        "zero-width",
        "{first}\N{ZERO WIDTH SPACE}{all_but_first}",
        *(_NO, ("task", "api_key"), Trait.SPECIAL),
    )
    ZERO_BEFORE = "zero-before", "0{value}", _NO, _EVERY, Trait.NAME
    """This zero is lost where numbers are compared."""
    SECOND_ALTERED = (
        "second-altered",
        "{first}{not_second}{all_but_two}",
        *(_NO, _EVERY, Trait.NAME),
    )
    MIDDLE_ALTERED = (
        "middle-altered",
        "{half}{not_middle}{after_middle}",
        *(_NO, _KEY),
    )
    """Valid where only the beginning and the end of a key are compared."""
    FIRST_CASE = "first-case", "{first_other_case}{all_but_first}", _NO, _KEY
    """The first letter alone in the other case."""
    LATER_CASE = "later-case", "{half}{later_other_case}", _NO, _KEY, Trait.RARE
    """The letters of the second half in the other case."""
    LOOKALIKE = "lookalike", "{lookalike}", _NO, _KEY, Trait.RARE
    """0 for O, and 1 for l and I: valid only for a reader that forgives slips of the pen."""
    MD5 = "md5", "{md5}", _NO, _KEY
    """The hash that some databases store in the place of the key, and the next two."""
    SHA1 = "sha1", "{sha1}", _NO, _KEY, Trait.RARE
    SHA256 = "sha256", "{sha256}", _NO, _KEY, Trait.RARE
    BASE64 = "base64", "{base64}", _NO, _KEY, Trait.RARE
    REVERSED = "reversed", "{reversed}", _NO, _KEY, Trait.RARE
    CONTROL = (
        "control",
        "{first}{control}{all_but_first}",
        *(_NO, ("user", *CREDENTIALS), Trait.UNREADABLE),
    )
    """A control character within the valid value: some readers leave it out."""
    PLUS_SPACE = "plus-space", "{plus_as_space}", _NO, ("user", "api_key"), Trait.NAME
    """A space for each plus sign: valid only for a reader that decodes twice."""
    URL_SAFE = "url-safe", "{other_base64}", _NO, _KEY
    """The characters in which two alphabets of base64 differ, in the other one."""
    HYPHENS = "hyphens", "{hyphens}", _NO, ("user", *CREDENTIALS), Trait.NAME
    """Hyphens for underscores, and the reverse. A name is valid so where SQL's LIKE reads it."""
    ONE_QUESTION = "one-question", "{first}?{all_but_two}", _NO, _NAMES
    INJECTION_PARENTHESES = "injection-parentheses", "') OR ('1'='1", _NO, _EVERY, Trait.SPECIAL
    """An injection within the parentheses of a function or a list."""
    INJECTION_LOWER = "injection-lower", "' or '1'='1", _NO, _EVERY, Trait.SPECIAL
    """An injection in small letters, as XPath has them."""
    INJECTION_BACKSLASH = "injection-backslash", "\\' OR 1=1 -- ", _NO, _EVERY, Trait.SPECIAL
    """An injection where quotes are doubled, and backslashes are not."""
    INJECTION_EQUAL = "injection-equal", "'='", _NO, _EVERY, Trait.SPECIAL
    """Two comparisons, of which MySQL takes the second for 0 = 0."""
    CONSTRUCTOR = "constructor", "constructor", _NO, _EVERY, Trait.NAME
    """Each object of JavaScript has a member of this name, and of the next one."""
    PROTO = "proto", "__proto__", _NO, _NAMES
    VIEW = "view", "view", _NO, _TASK
    """Other words for an overview."""
    GET = "get", "get", _NO, _TASK
    INFO = "info", "info", _NO, _TASK
    SUMMARY = "summary", "summary", _NO, _TASK
    LOWER_CASE = "lower-case", "{lower_case}", _NO, _KEY
    UPPER_CASE = "upper-case", "{upper_case}", _NO, _KEY, Trait.LENIENT
    CAPITALIZED = "capitalized", "{capitalized}", _NO, _NO, Trait.LENIENT
    SPACE_BEFORE = "space-before", " {value}", _NO, _NO, Trait.LENIENT
    SPACE_AFTER = "space-after", "{value} ", _NO, _NO, Trait.LENIENT
    WITHOUT_ACCENTS = "without-accents", "{without_accents}"
    """Valid where a database compares the key as it compares names."""
    KEY_TEST = "key-test", "test"
    """The default keys of many applications: this one, and those of the next rows."""
    KEY_ADMIN = "key-admin", "admin"
    KEY_PASSWORD = "key-password", "password"
    KEY_SECRET = "key-secret", "secret"
    KEY_DIGITS = "key-digits", "123456"
    KEY_DOCUMENTED = "key-documented", "your_sendgrid_password"
    """The key in the example of the API docs."""


@dataclass(frozen=True, slots=True)
class Text:
    """A literal value, invalid for every parameter that it is sent for."""

    text: str


Value = State | Text

UNREGISTERED: dict[str, str] = {
    "task": "nothing-58e0d3b7@example.invalid",
    "user": "nobody-7f3a91c2@example.invalid",
    "api_user": "no-reseller-c40d6e15@example.invalid",
    "api_key": "no-key-b91f27a6@example.invalid",
}
"""What is sent as another value. Each parameter has its own text: an error that repeats one
of the others does not repeat the key."""


def _with_trait(trait: Trait) -> tuple[State, ...]:
    return tuple(state for state in State if trait in state.traits)


EMPTY = (State.MISSING, State.EMPTY)
"""The two ways of sending nothing."""

COMMON_INVALID = {name: tuple(s for s in State if name in s.common) for name in PARAMETERS}
"""The invalid states of each parameter: an error is due (specification, section 4)."""

NEAR_MISSES = {name: tuple(s for s in State if name in s.near) for name in PARAMETERS}
"""Rarer invalid states, which are sent alone and left out of combinations."""

QUICK_NEAR_MISSES = {
    "task": tuple(state for state in NEAR_MISSES["task"] if "api_key" not in state.near),
    "api_user": tuple(s for s in NEAR_MISSES["api_user"] if Trait.NAME in s.traits),
    **{
        name: tuple(state for state in NEAR_MISSES[name] if Trait.RARE not in state.traits)
        for name in ("user", "api_key")
    },
}
"""Near misses of a quick run: fewer of the parameters that are no secret and no customer."""

KEY_SPELLINGS = (State.SPACE_BEFORE, State.SPACE_AFTER, State.WITHOUT_ACCENTS)
"""Spellings of the key that a lenient reader may accept: an error SHOULD be given."""

DEFAULT_KEYS = tuple(state for state in State if state.startswith("key-"))
"""Keys that are left as they were delivered."""

SPECIAL = _with_trait(Trait.SPECIAL)
NAMES = _with_trait(Trait.NAME)
ADDRESSES = _with_trait(Trait.ADDRESS)
PARSED = _with_trait(Trait.PARSED)
LENIENT = _with_trait(Trait.LENIENT)
UNREADABLE = _with_trait(Trait.UNREADABLE)
