"""The only I/O of the suite: a batch of cases in, an exchange for each out.

`asking` puts a batch through, `request` writes a call, `wire` makes one try of it; `throttle` says
when it may go, `retrying` and `hopes` whether it is tried again; `redaction` says what is secret,
`cleaning` keeps it out of what leaves, `quiet` out of logs. What an answer means is left to
`envelope`.
"""

from reseller_conformance.client.client import Client
from reseller_conformance.client.secrets import redacted, scrubber_of, secrets_of
from reseller_conformance.client.traffic import Traffic

__all__ = ["Client", "Traffic", "redacted", "scrubber_of", "secrets_of"]
