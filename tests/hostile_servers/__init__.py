"""Servers that hurt a careless client, each a real one on loopback.

`SERVERS` holds them by name. `measure` runs the suite against one in a process of its own, and
returns the cost. Most are the reference, with something else instead of some or all responses.
"""

from . import bodies, headers, places, silence
from .measuring import Measured, measure
from .registry import SERVERS, Hostile

__all__ = ["SERVERS", "Hostile", "Measured", "bodies", "headers", "measure", "places", "silence"]
