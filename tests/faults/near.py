"""Near misses that are accepted: parts, patterns, lists, SQL statements."""

from __future__ import annotations

import difflib
import hashlib
import html
import posixpath
import re
import sqlite3
from collections.abc import Callable
from fnmatch import fnmatchcase
from unicodedata import combining, normalize
from urllib.parse import unquote

from reseller_conformance.contract import PARAMETERS, TASK
from reseller_conformance.reference import Account, Reference, Request, Reseller
from reseller_conformance.requirements import (
    REJECTS_API_KEY_WRONG,
    REJECTS_API_USER_WRONG,
    REJECTS_TASK_OTHER,
    REJECTS_TASK_SPELLING,
    REJECTS_USER_ADDRESS,
    REJECTS_USER_FOREIGN,
    REJECTS_USER_UNKNOWN,
    Requirement,
)

from .due import OURS, RIGHT, WRONG, Parameters, accepting, given
from .registry import (
    JSON,
    XML,
    fault,
    suffix,
)

# --- Near misses ---------------------------------------------------------------------------------


def as_pattern(match: Callable[[str, str], object]) -> Callable[[str, str], bool]:
    """Accept only what is a pattern and matches."""

    def accepts(pattern: str, text: str) -> bool:
        try:
            return bool(match(pattern, text))
        except (re.error, OverflowError):
            return False

    return accepts


def like(value: str, right: str) -> bool:
    """Compare as SQL's LIKE does."""
    pattern = re.escape(value).replace("%", ".*").replace("_", ".")
    return re.fullmatch(pattern, right, re.DOTALL) is not None


EVERYWHERE: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "prefix": ("may be the beginning of the valid value", lambda v, r: r.startswith(v)),
    "without_its_last": ("is compared without its last character", lambda v, r: v[:-1] == r[:-1]),
    "cut_by_one": ("may lack its last character", lambda v, r: v == r[:-1]),
    "lengthened": ("may continue after the valid value", lambda v, r: v.startswith(r)),
    "lengthened_by_one": ("may have one character more", lambda v, r: v[:-1] == r),
    "ending": ("may be the end of the valid value", lambda v, r: r.endswith(v)),
    "prefaced": ("may end in the valid value", lambda v, r: v.endswith(r)),
    "part": ("may be a part of the valid value", lambda v, r: v in r),
    "whole": ("may contain the valid value anywhere", lambda v, r: r in v),
    "first_four": ("is compared by its first four characters", lambda v, r: v[:4] == r[:4]),
    "first_eight": ("is compared by its first eight characters", lambda v, r: v[:8] == r[:8]),
    "length": ("is compared by its length", lambda v, r: len(v) == len(r)),
    "close": (
        "may be close to the valid value",
        lambda v, r: difflib.SequenceMatcher(None, v, r).ratio() > 0.9,
    ),
    "percent": ("may be a percent sign", lambda v, _: v == "%"),
    "like": ("is compared with LIKE", like),
    "star": ("may be an asterisk", lambda v, _: v == "*"),
    "glob": ("may be a pattern of a shell", lambda v, r: fnmatchcase(r, v)),
    "regex": ("may be a regular expression", as_pattern(re.fullmatch)),
    "regex_anywhere": ("may be a regular expression that matches a part", as_pattern(re.search)),
    "first_of_a_list": ("may be the first of a list", lambda v, r: v.split(",")[0] == r),
    "in_a_list": ("may be one of a list", lambda v, r: r in v.split(",")),
    "decoded_twice": ("is decoded twice", lambda v, r: unquote(v) == r),
    "null_word": ("may be the word null", lambda v, _: v == "null"),
    "injected": (
        "may close a quote and go on with OR",
        lambda v, _: re.search(r"'\s*or\s*'1'\s*=\s*'1", v, re.I) is not None,
    ),
    "injected_in_double_quotes": (
        "may close a double quote and go on with OR",
        lambda v, _: re.search(r'"\s*or\s*"1"\s*=\s*"1', v, re.I) is not None,
    ),
    "commented": (
        "may close a quote and begin a comment",
        lambda v, r: re.fullmatch(re.escape(r) + r"'\s*(--|#|/\*).*", v, re.DOTALL) is not None,
    ),
}
"""Mistakes that implementers make with any of the four parameters."""

ODDER: dict[str, tuple[tuple[str, ...], str, Callable[[str, str], bool]]] = {
    "other_case": (
        ("api_key",),
        "is compared without regard to case",
        lambda v, r: v.lower() == r.lower(),
    ),
    "swapped_case": (("api_key",), "may have its case exchanged", lambda v, r: v.swapcase() == r),
    "lower_case": (("api_key",), "may be in lower case", lambda v, r: v == r.lower()),
    "upper_case": (("api_key",), "may be in upper case", lambda v, r: v == r.upper()),
    "without_hyphens": (
        ("api_key",),
        "is compared without its hyphens",
        lambda v, r: v.replace("-", "") == r.replace("-", ""),
    ),
    "sum": (
        ("api_key",),
        "is compared by the sum of its characters",
        lambda v, r: sum(v.encode()) == sum(r.encode()),
    ),
    "from_the_second": (
        ("api_key", "api_user"),
        "is compared from its second character on",
        lambda v, r: v[1:] == r[1:],
    ),
    "hashed_short": (
        ("api_key",),
        "is compared by a hash of four bits",
        lambda v, r: sum(v.encode()) % 16 == sum(r.encode()) % 16,
    ),
    "zero": (PARAMETERS, "may be 0, as PHP compares it with text", lambda v, _: v == "0"),
    "one": (PARAMETERS, "may be 1", lambda v, _: v == "1"),
    "true": (PARAMETERS, "may be the word true", lambda v, _: v == "true"),
    "undefined": (PARAMETERS, "may be the word undefined", lambda v, _: v == "undefined"),
    "none": (PARAMETERS, "may be the word None", lambda v, _: v == "None"),
    "question_mark": (PARAMETERS, "may be a question mark", lambda v, _: v == "?"),
    "underscores": (
        ("user", "api_user"),
        "may have underscores instead of characters",
        lambda v, r: "%" not in v and like(v, r),
    ),
    "in_quotes": (("user", "task"), "may be in quotes", lambda v, r: v.strip("'\"") == r),
    "with_backslashes": (("user",), "may hold backslashes", lambda v, r: v.replace("\\", "") == r),
    "in_tags": (("user",), "may hold tags", lambda v, r: re.sub("<[^>]*>", "", v) == r),
    "escaped_for_html": (("user",), "may be escaped for HTML", lambda v, r: html.unescape(v) == r),
    "with_a_tag": (
        ("user",),
        "may have a tag after a plus",
        lambda v, r: re.sub(r"\+[^@]*@", "@", v) == r,
    ),
    "with_dots": (
        ("user",),
        "may have more dots before the @",
        lambda v, r: v.partition("@")[0].replace(".", "") + "@" + v.partition("@")[2] == r,
    ),
    "with_a_last_dot": (("user",), "may end in dots", lambda v, r: v.rstrip(".") == r),
    "without_domain": (("user",), "may lack its domain", lambda v, r: v == r.partition("@")[0]),
    "at_any_domain": (
        ("user",),
        "is compared up to the @",
        lambda v, r: v.partition("@")[0] == r.partition("@")[0],
    ),
    "of_its_domain": (
        ("user",),
        "is compared from the @ on",
        lambda v, r: v.partition("@")[2] == r.partition("@")[2],
    ),
    "with_a_name": (
        ("user",),
        "may be in angle brackets after a name",
        lambda v, r: v.endswith(f"<{r}>"),
    ),
    "by_number": (
        ("user",),
        "may be the number of a customer",
        lambda v, r: v == str(RIGHT["user"].index(r) + 1),
    ),
    "own_name": (("user",), "may be the reseller", lambda v, _: v == OURS.api_user),
    "as_a_pattern": (
        ("user",),
        "is compared with names as patterns",
        lambda v, r: re.fullmatch(re.escape(r).replace(r"\.", "."), v) is not None,
    ),
    "before_a_hash": (("user",), "is cut at a hash", lambda v, r: v.partition("#")[0] == r),
    "before_a_semicolon": (
        ("user", "task"),
        "is cut at a semicolon",
        lambda v, r: v.partition(";")[0] == r,
    ),
    "before_an_ampersand": (
        ("user", "task"),
        "is cut at an ampersand",
        lambda v, r: v.partition("&")[0] == r,
    ),
    "before_a_space": (
        ("user", "task"),
        "is cut at a space, if something follows",
        lambda v, r: re.fullmatch(re.escape(r) + r" .*\S.*", v) is not None,
    ),
    "before_a_quote": (
        ("user", "api_key"),
        "is cut at a quote",
        lambda v, r: v.partition("'")[0] == r,
    ),
    "all": (("user",), "may be the word all", lambda v, _: v == "all"),
    "stats": (("task",), "may be stats", lambda v, _: v == "stats"),
    "plural": (("task",), "may be overviews", lambda v, r: v == f"{r}s"),
    "hyphenated": (("task",), "may be hyphenated", lambda v, r: v.replace("-", "") == r),
    "with_a_slash": (("task",), "may have slashes around it", lambda v, r: v.strip("/") == r),
    "with_an_extension": (
        ("task",),
        "may have an extension",
        lambda v, r: v.partition(".")[0] == r,
    ),
    "by_alphabet": (("task",), "may be any word of letters", lambda v, _: v.isalpha()),
    "doubled": (("task",), "may be doubled", lambda v, r: v == r + r),
    "as_a_path": (
        PARAMETERS,
        "is normalized as a path",
        lambda v, r: not v.endswith("/") and posixpath.normpath(v) == r,
    ),
    "with_an_accent": (
        ("task",),
        "is compared without regard to accents",
        lambda v, r: "".join(c for c in normalize("NFD", v) if not combining(c)) == r,
    ),
    "as_sha256": (
        ("api_key",),
        "is accepted as its SHA-256",
        lambda v, r: v == hashlib.sha256(r.encode()).hexdigest(),
    ),
}
"""Mistakes that implementers make with some of the four parameters."""

NEAR = {
    **{name: (PARAMETERS, *rest) for name, rest in EVERYWHERE.items()},
    **ODDER,
}

ADDRESSES = ("with_a_name", "in_angle_brackets", "with_a_last_dot")
"""Texts that a reader of mail addresses accepts as the same address."""

LENIENT = ("OVERVIEW", "Overview", " overview", "overview ")
FOREIGN = "stranger@elsewhere.example"


def refused_by(name: str, parameter: str) -> Requirement:
    """Return the requirement that a near miss of this parameter fails."""
    read_as_an_address = parameter == "user" and name in ADDRESSES
    return REJECTS_USER_ADDRESS if read_as_an_address else WRONG[parameter]


def besides(parameter: str, near: Callable[[str, str], bool]) -> tuple[Requirement, ...]:
    """Return the requirements that a near miss fails besides the one on invalid values."""
    rights = RIGHT[parameter]
    if parameter == "task" and any(near(value, TASK) for value in LENIENT):
        return (REJECTS_TASK_SPELLING,)
    if parameter == "user" and any(near(FOREIGN, right) for right in rights):
        return (REJECTS_USER_FOREIGN,)
    return ()


for _name, (_parameters, _said, _near) in NEAR.items():
    for _place, _parameter in enumerate(_parameters):
        fault(
            fails=refused_by(_name, _parameter),
            also=besides(_parameter, _near),
            family=_name,
            name=f"{_parameter}_{_name}_accepted",
            description=f"{_parameter} {_said}",
        )(accepting(**{_parameter: given(_near)}))
        _formats = (JSON, XML)[(_place + len(_name)) % 2]
        if _name in EVERYWHERE:
            fault(
                fails=WRONG[_parameter],
                also=besides(_parameter, _near),
                formats=_formats,
                family=f"{_name}{suffix(_formats)}",
                name=f"{_parameter}_{_name}_accepted{suffix(_formats)}",
                description=f"{_parameter} {_said}, in {_formats[0]} only",
            )(accepting(**{_parameter: given(_near)}))

# --- Another customer's account ------------------------------------------------------------------


def shows_the_last(name: str, description: str, near: Callable[[str], bool]) -> None:
    """Register a fault that returns the last customer's account for such a user."""

    def find_customer(self: Reference, reseller: Reseller, user: str) -> Account | None:
        known = Reference.find_customer(self, reseller, user)
        return reseller.customers[-1] if known is None and near(user) else known

    fault(
        fails=REJECTS_USER_UNKNOWN,
        family="another_account",
        name=name,
        description=description,
        instead_of=Reference.find_customer,
    )(find_customer)


shows_the_last(
    "unknown_is_the_last", "a user of the domain .invalid is the last", lambda u: ".invalid" in u
)
shows_the_last(
    "pattern_is_the_last", "a user with a % in it gets the last customer", lambda u: "%" in u
)
shows_the_last("star_is_the_last", "the user * is the last one", lambda u: u == "*")
shows_the_last(
    "or_is_the_last", "a user with OR in it gets the last customer", lambda u: " OR " in u
)

# --- A real database -----------------------------------------------------------------------------


def found(condition: str, **values: str) -> str | None:
    """Put values into a statement unescaped, and return the first name that it finds."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute("create table reseller (api_user text, api_key text)")
        database.execute("insert into reseller values (?, ?)", (OURS.api_user, OURS.api_key))
        database.execute("create table customer (user text)")
        database.executemany("insert into customer values (?)", [(u,) for u in RIGHT["user"]])
        row = database.execute(condition.format(**values)).fetchone()
    except (sqlite3.Error, sqlite3.Warning):
        return None
    else:
        return None if row is None else str(row[0])
    finally:
        database.close()


@fault(fails=REJECTS_USER_UNKNOWN, instead_of=Reference.find_customer)
def user_in_a_statement(self: Reference, reseller: Reseller, user: str) -> Account | None:
    """The user is put into an SQL statement unescaped."""
    right = Reference.find_customer(self, reseller, user)
    return right or reseller.customer(
        found("select user from customer where user = '{user}'", user=user) or ""
    )


@fault(fails=REJECTS_API_USER_WRONG, instead_of=Reference.find_reseller)
def api_user_in_a_statement(self: Reference, api_user: str, api_key: str) -> Reseller | None:
    """The reseller's name is put into an SQL statement unescaped, the key is not."""
    statement = "select api_user from reseller where api_key = '{key}' and (api_user = '{user}')"
    if api_key != OURS.api_key:
        return Reference.find_reseller(self, api_user, api_key)
    return self.accounts.reseller(found(statement, user=api_user, key=api_key) or "")


@fault(fails=REJECTS_API_KEY_WRONG, instead_of=Reference.find_reseller)
def api_key_in_a_statement(self: Reference, api_user: str, api_key: str) -> Reseller | None:
    """The key is put into an SQL statement unescaped, the reseller's name is not."""
    statement = "select api_user from reseller where api_user = '{user}' and (api_key = '{key}')"
    if api_user != OURS.api_user:
        return Reference.find_reseller(self, api_user, api_key)
    return self.accounts.reseller(found(statement, user=api_user, key=api_key) or "")


@fault(fails=REJECTS_TASK_OTHER, also=(REJECTS_TASK_SPELLING,), instead_of=Reference.read)
def task_of_no_letters_is_the_default(self: Reference, request: Request) -> Parameters:
    """The default task replaces a task that is no word."""
    parameters = Reference.read(self, request)
    return [
        ("task", "overview") if n == "task" and v and not v.isalnum() else (n, v)
        for n, v in parameters
    ]
