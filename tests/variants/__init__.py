"""Correct implementations of the call, each in a way that the API docs leave open.

The suite must fail no MUST on any of them. Each module is one topic. `VARIANTS` holds them all.
"""

from variants import (
    address_locks,
    addresses,
    bodies_json,
    bodies_xml,
    clients,
    credentials,
    echoes,
    encodings,
    frameworks,
    gateways,
    handwritten,
    layered,
    live_accounts,
    locks,
    lookups,
    names,
    other_languages,
    protection,
    statuses,
    transports,
    values,
)
from variants.registry import (
    VARIANTS,
    NotInstalledError,
    Running,
    Variant,
    composed,
    served,
    variant,
)

__all__ = ["VARIANTS", "NotInstalledError", "Running", "Variant", "composed", "served", "variant"]

# Each topic registers its own when it is imported.
TOPICS = (
    bodies_json,
    bodies_xml,
    encodings,
    statuses,
    values,
    credentials,
    echoes,
    lookups,
    names,
    live_accounts,
    locks,
    protection,
    address_locks,
    gateways,
    transports,
    clients,
    addresses,
    frameworks,
    handwritten,
    layered,
    other_languages,
)
