"""The only I/O of the suite: a batch of cases in, an exchange for each out.

`client` sends a batch, `request` writes a call, and `http` makes one attempt. `call` makes the
retries that `retry_policy` and `circuit_breaker` allow, when `throttle` allows them. `secrets` says
what is secret, and `redact` keeps it out of every exchange.
"""

from reseller_conformance.client.client import Client
from reseller_conformance.client.secrets import redacted, scrubber_of, secrets_of
from reseller_conformance.client.traffic import Traffic

__all__ = ["Client", "Traffic", "redacted", "scrubber_of", "secrets_of"]
