"""Implementations of the call that are faulty in exactly one known way each.

They prove the suite: each fails the requirement that it names, at its level, and no other that it
does not list. `FAULTS` holds them by name; `fault` in `registry` adds one. They come from the
specification and from common mistakes of implementers, not from what the suite checks.
"""

from . import (
    agreement,
    clients,
    converted,
    detours,
    due,
    encodings,
    envelopes,
    errors,
    extras,
    fields,
    firewalls,
    fuller,
    headers,
    hostile,
    http,
    keys,
    near,
    queries,
    rarely,
    remembered,
    request,
    syntax,
    texts,
    together,
    values,
    wire,
)
from .registry import FAULTS, Fault, fault

__all__ = [
    "FAULTS",
    "Fault",
    "agreement",
    "clients",
    "converted",
    "detours",
    "due",
    "encodings",
    "envelopes",
    "errors",
    "extras",
    "fault",
    "fields",
    "firewalls",
    "fuller",
    "headers",
    "hostile",
    "http",
    "keys",
    "near",
    "queries",
    "rarely",
    "remembered",
    "request",
    "syntax",
    "texts",
    "together",
    "values",
    "wire",
]
