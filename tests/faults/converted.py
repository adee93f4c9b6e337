"""Values that are split, cut, converted or looked up before the comparison, and then accepted."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from fnmatch import fnmatchcase

from reseller_conformance.contract import PARAMETERS
from reseller_conformance.reference import Account, Reference, Reseller
from reseller_conformance.requirements import (
    REJECTS_API_KEY_WRONG,
    REJECTS_API_USER_WRONG,
    REJECTS_COMBINED,
    REJECTS_USER_UNKNOWN,
)

from .due import OURS, RIGHT, WRONG, accepting, given
from .near import besides, found, like, refused_by
from .registry import about, fault

CREDENTIALS = ("api_user", "api_key")
NAMES = ("user", "api_user")


def behind(mark: str) -> Callable[[str, str], bool]:
    """Accept the text after this mark."""
    return lambda value, right: mark in value and value.partition(mark)[2] == right


def before(mark: str) -> Callable[[str, str], bool]:
    """Accept the text before this mark."""
    return lambda value, right: mark in value and value.rpartition(mark)[0] == right


def without(pattern: str) -> Callable[[str, str], bool]:
    """Accept the text without the parts that match."""
    return lambda value, right: re.sub(pattern, "", value) == right


def hashed(name: str) -> Callable[[str, str], bool]:
    """Accept the hash of the valid value, in hexadecimal."""
    return lambda value, right: value.lower() == hashlib.new(name, right.encode()).hexdigest()


def without_accents(value: str, right: str) -> bool:
    """Accept a text with accents instead of the one without them."""
    letters = unicodedata.normalize("NFD", value)
    return "".join(c for c in letters if not unicodedata.combining(c)) == right


LOOKALIKES = str.maketrans("OoIl", "0011")
SPLIT = {
    "behind_a_dot": behind("."),
    "behind_a_slash": behind("/"),
    "behind_a_colon": behind(":"),
    "behind_a_backslash": behind("\\"),
    "behind_a_bar": behind("|"),
    "before_a_hyphen": before("-"),
    "before_a_question_mark": before("?"),
    "before_a_bar": before("|"),
    "before_a_colon": before(":"),
    "before_a_backslash": before("\\"),
    "behind_a_hash": behind("#"),
}
CONVERTED: dict[str, tuple[tuple[str, ...], str, Callable[[str, str], bool]]] = {
    **{
        name: (PARAMETERS, f"may be written {name.replace('_', ' ')}", near)
        for name, near in SPLIT.items()
    },
    "behind_an_underscore": (PARAMETERS, "may be written after an underscore", behind("_")),
    "in_angle_brackets": (PARAMETERS, "may be in angle brackets", without(r"^<|>$")),
    "in_ascii": (PARAMETERS, "loses what is not ASCII", without(r"[^\x00-\x7f]+")),
    "in_three_bytes": (
        PARAMETERS,
        "is cut at a character of four bytes",
        without(r"(?s)[\U00010000-\U0010ffff].*"),
    ),
    "without_leading_zeros": (PARAMETERS, "loses leading zeros", without(r"^0+")),
    "every_second_character": (
        PARAMETERS,
        "is compared at every second character",
        lambda v, r: len(v) == len(r) and v[::2] == r[::2],
    ),
    "member_of_an_object": (
        PARAMETERS,
        "is looked up in an object of JavaScript",
        lambda v, _: v in ("constructor", "toString", "__proto__"),
    ),
    "in_a_column_of_64": (
        PARAMETERS,
        "is cut after 64 characters and trimmed",
        lambda v, r: v[:64].rstrip(" ") == r and len(v) > 64,
    ),
    "before_a_double_quote": (("user", "api_key"), "is cut at a double quote", before('"')),
    "before_an_angle": (NAMES, "is cut where a tag begins", before("<")),
    "before_an_equals_sign": (("user", "api_key"), "is cut at an equals sign", before("=")),
    "before_an_at_sign": (NAMES, "is cut at its last @", before("@")),
    "hyphenated_for_underscored": (
        CREDENTIALS,
        "may have hyphens instead of underscores, and the reverse",
        lambda v, r: v.replace("_", "-") == r.replace("_", "-"),
    ),
    "hashed_by_md5": (("api_key",), "may be its MD5", hashed("md5")),
    "hashed_by_sha1": (("api_key",), "may be its SHA-1", hashed("sha1")),
    "in_base64": (
        ("api_key",),
        "may be in base64",
        lambda v, r: v == base64.b64encode(r.encode()).decode(),
    ),
    "reversed": (("api_key",), "may be written backwards", lambda v, r: v[::-1] == r),
    "of_lookalikes": (
        ("api_key",),
        "may have O instead of 0, and l instead of 1",
        lambda v, r: v.translate(LOOKALIKES) == r.translate(LOOKALIKES),
    ),
    "later_letters_in_either_case": (
        ("api_key",),
        "is compared with regard to case in its first four characters only",
        lambda v, r: v[:4] == r[:4] and v.lower() == r.lower(),
    ),
    "with_accents": (("task",), "may have accents", without_accents),
    "called": (("task",), "may be written as a call", without(r"\(\)$")),
    "abbreviated": (("task",), "may be abbreviated", lambda v, r: len(v) > 3 and r.startswith(v)),
    "a_synonym": (("task",), "may be a synonym", lambda v, _: v in ("get", "view")),
    "normalized": (
        ("task",),
        "is normalized",
        lambda v, r: unicodedata.normalize("NFKC", v) == r,
    ),
    "without_what_nobody_sees": (
        ("task", "api_key"),
        "loses invisible characters",
        without("[\u200b\u00ad\u2060]"),
    ),
    "first_letter_in_either_case": (
        ("api_key",),
        "may begin with a small letter or a capital",
        lambda v, r: v[:1].lower() == r[:1].lower() and v[1:] == r[1:],
    ),
    "a_pattern_of_a_shell": (
        NAMES,
        "may have ? instead of a character",
        lambda v, r: fnmatchcase(r, v),
    ),
    "name_of_the_reseller": (("api_key",), "may be the name", lambda v, _: v == OURS.api_user),
    "name_of_a_customer": (
        CREDENTIALS,
        "may be the name of a customer",
        lambda v, _: v in RIGHT["user"],
    ),
    "like_what_is_stored": (
        NAMES,
        "is compared by LIKE with the stored name as the pattern",
        lambda v, r: like(r, v),
    ),
}

for _name, (_parameters, _said, _near) in CONVERTED.items():
    for _parameter in _parameters:
        if _name == "like_what_is_stored" and not any("_" in right for right in RIGHT[_parameter]):
            continue  # that is correct
        fault(
            fails=refused_by(_name, _parameter),
            also=besides(_parameter, _near),
            family=_name,
            name=f"{_parameter}_{_name}_accepted",
            description=f"{_parameter} {_said}",
        )(accepting(**{_parameter: given(_near)}))

for _place, _customer in enumerate(RIGHT["user"]):
    for _parameter in ("task", *CREDENTIALS):
        if _place > 1:
            fault(
                fails=WRONG[_parameter],
                family="unknown_for_one_customer",
                when=about(_place),
                name=f"{_parameter}_unknown_accepted_for_customer_{_place + 1}",
                description=f"{_parameter} may be unknown in calls about {_customer}",
            )(accepting(**{_parameter: given(lambda v, _: v.endswith("example.invalid"))}))


@fault(fails=REJECTS_COMBINED, instead_of=Reference.find_reseller)
def name_and_key_exchanged(self: Reference, api_user: str, api_key: str) -> Reseller | None:
    """The reseller's name and key may be exchanged."""
    straight = Reference.find_reseller(self, api_user, api_key)
    return straight or Reference.find_reseller(self, api_key, api_user)


@fault(fails=REJECTS_COMBINED, instead_of=Reference.find_reseller)
def name_and_key_compared_as_one(self: Reference, api_user: str, api_key: str) -> Reseller | None:
    """The reseller's name and key are joined, and compared without the boundary between them."""
    together = (one for one in self.accounts.resellers)
    return next((r for r in together if r.api_user + r.api_key == api_user + api_key), None)


# --- SQL statements ------------------------------------------------------------------------------

STATEMENTS = {
    "in_parentheses": "select user from customer where lower(user) = lower('{user}')",
    "in_a_list": "select user from customer where user in ('{user}')",
}


def customer_by(statement: str, escape: Callable[[str], str] = str):
    def find_customer(self: Reference, reseller: Reseller, user: str) -> Account | None:
        right = Reference.find_customer(self, reseller, user)
        return right or reseller.customer(found(statement, user=escape(user)) or "")

    return find_customer


for _name, _statement in STATEMENTS.items():
    fault(
        fails=REJECTS_USER_UNKNOWN,
        family="in_a_statement",
        name=f"user_in_a_statement_{_name}",
        description=f"the user is put into an SQL statement {_name.replace('_', ' ')}",
        instead_of=Reference.find_customer,
    )(customer_by(_statement))

WITH_BACKSLASHES = re.compile(r"\\'+ or 1\s*=\s*1", re.IGNORECASE)
for _parameter, _fails in zip(
    ("user", *CREDENTIALS),
    (REJECTS_USER_UNKNOWN, REJECTS_API_USER_WRONG, REJECTS_API_KEY_WRONG),
    strict=True,
):
    for _name, _said, _near in (
        ("of_small_letters", "is put into XPath", lambda v, _: "' or '1'='1" in v),
        (
            "with_backslashes",
            "is put into SQL; only its quotes are doubled",
            lambda v, _: WITH_BACKSLASHES.match(v) is not None,
        ),
        ("of_two_comparisons", "is put into MySQL's =", lambda v, _: v == "'='"),
    ):
        fault(
            fails=_fails,
            family=f"injection_{_name}",
            name=f"{_parameter}_injection_{_name}",
            description=f"{_parameter} {_said}",
        )(accepting(**{_parameter: given(_near)}))
