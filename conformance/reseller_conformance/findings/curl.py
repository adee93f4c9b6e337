"""A call as a curl command that runs as pasted, with the key taken from the environment.

The shell makes every state of the key from `$RESELLER_API_KEY`, so that no command holds any part
of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from shlex import quote

from reseller_conformance.cases.case import Case, Encoding, ValidValues, pairs, query
from reseller_conformance.cases.mutation_makers import shell
from reseller_conformance.cases.mutations import State
from reseller_conformance.cases.profiles import HOST, Profile
from reseller_conformance.client.target import Target
from reseller_conformance.contract import path_of

__all__ = ["curl"]

_HIDDEN = "\N{REPLACEMENT CHARACTER}"
_EVERY_BYTE = "$(printf %s \"{key}\" | od -An -v -tx1 | tr -d '\\n' | tr {signs})"
_SIGNS = {Encoding.VALUES: "' a-f' '%A-F'", Encoding.LOWER_CASE: "' ' '%'"}


def curl(case: Case, target: Target, *, is_coded: bool = False) -> str:
    """Return the command for this case. `is_coded` asks for a content coding, as the suite does."""
    valid = ValidValues(target.api_user, _HIDDEN * 3, target.customers, target.foreign)
    keys = [case.api_key, *(state for name, state in case.repeated_parameters if name == "api_key")]
    sent = [key for key in keys if key is not State.MISSING]
    words = ["curl -sS", "-I" if case.method == "HEAD" else "-i", *_connection(target, case)]
    if is_coded and case.profile is None:
        words.append("--compressed")
    if not case.has_form:
        words.append("-G")
    before, behind = case.around
    words.append(quote(target.base_url + path_of(case.format) + "?" * before.count("&")))
    made = pairs(case, valid)
    for name, value in made:
        rest = behind if behind.startswith("%") and (name, value) == made[-1] else ""
        ours = name.removesuffix("[]") == "api_key" and (name, value) not in case.extra
        key = shell(sent.pop(0)) if ours else None
        if key is None and value.endswith(valid.api_key):  # as another value, or behind a letter
            before = re.sub(r'([\\"$`])', r"\\\1", value.removesuffix(valid.api_key))
            key = f"{before}{shell(State.VALID)}"
        if key is not None:
            words.append(_secret(query([(name, "")], case.encoding), key, case.encoding, rest))
        else:
            words.append(f"--data-raw {quote(query([(name, value)], case.encoding) + rest)}")
    if behind.startswith("&"):
        words.append(f"--data-raw {quote(behind[1:])}")
    command = " ".join(words)
    return _with_cookies(command, case, target) if case.cookies else command


def _with_cookies(command: str, case: Case, target: Target) -> str:
    """Return the command after the first customer's call, whose cookies are kept and sent."""
    valid_call = curl(Case(case.format), target)
    jar = "cookies.txt"
    kept = valid_call.replace("curl -sS -i", f"curl -sS -o /dev/null -c {jar}", 1)
    return f"{kept} && {command.replace('curl -sS', f'curl -sS -b {jar}', 1)}"


def _secret(start: str, key: str, encoding: Encoding, rest: str = "") -> str:
    if rest or encoding in _SIGNS:
        signs = _SIGNS.get(encoding, _SIGNS[Encoding.VALUES])
        return f'--data-raw "{start}{_EVERY_BYTE.format(key=key, signs=signs)}{rest}"'
    return f'--data-urlencode "{start}{key}"'


def _profile(profile: Profile, given: set[str]) -> Iterator[str]:
    """Yield the options by which curl writes a request as this client does.

    What curl sends by itself is named where the client does not send it.
    """
    if profile.version == "1.0":
        yield "--http1.0"
    for name, value in profile.fields:
        if value == HOST or name.lower() in given:
            continue
        yield (
            f"-A {quote(value)}"
            if name.lower() == "user-agent"
            else f"-H {quote(f'{name}: {value}')}"
        )
    for name in ("User-Agent", "Accept"):
        if profile.field(name) is None and name.lower() not in given:
            yield f"-H '{name}:'"
    if "gzip" in (profile.field("Accept-Encoding") or ""):
        yield "--compressed"


def _connection(target: Target, case: Case) -> list[str]:
    words = []
    if target.verify is False:
        words.append("--insecure")
    elif isinstance(target.verify, str):
        words.append(f"--cacert {quote(target.verify)}")
    if target.client_cert:
        cert, *key = (
            [target.client_cert] if isinstance(target.client_cert, str) else target.client_cert
        )
        words += [f"--cert {quote(cert)}", *(f"--key {quote(path)}" for path in key)]
    if target.proxy:  # it may hold a password
        words.append('--proxy "$RESELLER_PROXY"')
    # an operator's header may be a token: the environment has its value, too
    if case.profile is not None:
        words += _profile(case.profile, {name.lower() for name, _ in target.headers})
    words += [f'-H "{name}: ${_variable(name)}"' for name, _ in target.headers]
    return words


def _variable(name: str) -> str:
    return "HEADER_" + "".join(c if c.isalnum() else "_" for c in name.upper())
