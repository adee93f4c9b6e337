"""A call as a curl command that runs as pasted, with the key taken from the environment.

The shell makes every state of the key from `$RESELLER_API_KEY`, so that no command holds any part
of it.
"""

from __future__ import annotations

from shlex import quote

from reseller_conformance.cases.case import Case, Encoding, ValidValues, pairs, query
from reseller_conformance.cases.mutation_makers import shell
from reseller_conformance.cases.mutations import State
from reseller_conformance.client.target import Target
from reseller_conformance.contract import path_of

__all__ = ["curl"]

_HIDDEN = "\N{REPLACEMENT CHARACTER}"
_EVERY_BYTE = "$(printf %s \"{key}\" | od -An -v -tx1 | tr -d '\\n' | tr {signs})"
_SIGNS = {Encoding.VALUES: "' a-f' '%A-F'", Encoding.LOWER_CASE: "' ' '%'"}


def curl(case: Case, target: Target) -> str:
    """Return the command for this case."""
    valid = ValidValues(target.api_user, _HIDDEN * 3, target.customers, target.foreign)
    keys = [case.api_key, *(state for name, state in case.repeated_parameters if name == "api_key")]
    sent = [key for key in keys if key is not State.MISSING]
    words = ["curl -sS -i", *_connection(target)]
    if case.method == "GET":
        words.append("-G")
    words.append(quote(target.base_url + path_of(case.format)))
    for name, value in pairs(case, valid):
        ours = name.removesuffix("[]") == "api_key" and (name, value) not in case.extra
        key = shell(sent.pop(0)) if ours else None
        if not ours and value == valid.api_key:  # it stands where another value should
            key = shell(State.VALID)
        if key is not None:
            words.append(_secret(query([(name, "")], case.encoding), key, case.encoding))
        else:
            words.append(f"--data-raw {quote(query([(name, value)], case.encoding))}")
    return " ".join(words)


def _secret(start: str, key: str, encoding: Encoding) -> str:
    if encoding in _SIGNS:
        return f'--data-raw "{start}{_EVERY_BYTE.format(key=key, signs=_SIGNS[encoding])}"'
    return f'--data-urlencode "{start}{key}"'


def _connection(target: Target) -> list[str]:
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
    # an operator's header may be a token: its value, too, is left to the environment
    words += [f'-H "{name}: ${_variable(name)}"' for name, _ in target.headers]
    return words


def _variable(name: str) -> str:
    return "HEADER_" + "".join(c if c.isalnum() else "_" for c in name.upper())
