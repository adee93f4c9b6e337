"""The former path of `redaction.secret`, kept until 0.2."""

from reseller_conformance.redaction.secret import Secret

__all__ = ["Secret"]
