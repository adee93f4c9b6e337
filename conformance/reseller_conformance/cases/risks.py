"""Calls that protection in front of a target reacts to: failed logins, and texts like an attack.

Whether it has reacted is judged in `suite/environment`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reseller_conformance.cases.case import Case
from reseller_conformance.cases.kinds import is_unreadable
from reseller_conformance.cases.mutations import State, Text, Value
from reseller_conformance.contract import CREDENTIALS, PARAMETERS

__all__ = [
    "attack_texts",
    "holds_attack_text",
    "longest_row",
    "may_fail_login",
    "names_account",
    "sends_wrong_credentials",
]


_ATTACKS = re.compile(
    r"""
    ['"]\s*\)?\s*(or|and)\b | \bor\s+1\s*=\s*1 | '\s*=\s*'   # a condition that is always true
    | ['";]\s*-- | --\s*$ | /\*                              # a comment that hides the rest
    | \bunion\s+select\b | \bwaitfor\s+delay\b | \bsleep\s*\(
    | <\s*script\b | \bon\w+\s*= | \bjavascript:
    | \.\./ | \.\.\\ | /etc/passwd                           # path traversal
    | \{\{.*\}\} | \$\{.*\} | <%                             # templates, JNDI
    | <\?xml | <!entity | <!doctype
    | [;|`&]\s*(cat|id|ls|sleep|ping)\b | \$\(               # a shell's commands
    | \[\$\w+\]                                             # an operator of a document database
    | %(0[0-9a-f]|1[0-9a-f]|7f)                             # an escaped control character
    """,
    re.IGNORECASE | re.VERBOSE,
)


def may_fail_login(case: Case) -> bool:
    """Say whether a server may count this call as a failed login.

    Some servers count a missing key too, or read a name that is sent twice, or as an array.
    """
    lacks = any(name in case.invalid or name in case.arrays for name in CREDENTIALS)
    return lacks or sends_wrong_credentials(case)


def sends_wrong_credentials(case: Case) -> bool:
    """Say whether other credentials than this account's are sent, in whatever way."""
    again = [name for name, state in case.repeated_parameters if state is not State.VALID]
    written = (*again, *(name.partition("[")[0] for name, _ in case.extra))
    return any(
        (name in case.invalid and case.invalid_state(name) is not State.MISSING) or name in written
        for name in CREDENTIALS
    )


def names_account(case: Case) -> bool:
    """Say whether such a call may count as a failed login to one account."""
    return case.api_user is not State.MISSING and may_fail_login(case)


def longest_row(cases: Sequence[Case]) -> int:
    """Return the most calls in a row that may fail the login, without a valid call between."""
    longest = row = 0
    for case in cases:
        if may_fail_login(case):
            row += 1
        elif not case.invalid:
            row = 0
        longest = max(longest, row)
    return longest


def holds_attack_text(case: Case) -> bool:
    """Say whether a value of this call, or how it is written, looks like an attack."""
    written = any("%" in part for part in case.around)
    return written or is_unreadable(case) or bool(attack_texts(case))


@lru_cache(maxsize=4096)
def attack_texts(case: Case) -> tuple[str, ...]:
    """Return the values and names that a firewall may take for an attack.

    Of a valid value that is part of one, only `…` is shown (specification, section 4).
    """
    stated = (*(case.state(name) for name in PARAMETERS), *(s for _, s in case.repeated_parameters))
    texts = [*map(_text_of, stated), *(text for pair in case.extra for text in pair)]
    return tuple(text for text in texts if _ATTACKS.search(text))


def _text_of(value: Value) -> str:
    text = value.text if isinstance(value, Text) else value.template or ""
    return text if isinstance(value, Text) else re.sub(r"\{\w+\}", "…", text)
