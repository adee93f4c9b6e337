"""The only I/O of the suite: a batch of cases in, an exchange for each out.

`asking` puts a batch through, `request` writes a call, `wire` makes one try of it; `throttle` says
when it may go, `retrying` and `hopes` whether it is tried again; `cleaning` keeps the key out of
what leaves, `quiet` out of logs. What an answer means is left to `envelope`.
"""

from reseller_conformance.client.asking import Client
from reseller_conformance.client.request import secrets_of
from reseller_conformance.client.traffic import Traffic

__all__ = ["Client", "Traffic", "secrets_of"]
