"""The former path of `client.target`, kept until 0.2."""

from reseller_conformance.client.target import Target

__all__ = ["Target"]
