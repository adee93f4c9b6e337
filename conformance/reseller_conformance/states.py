"""The former path of `cases.mutations`, kept until 0.2."""

from reseller_conformance.cases.mutations import State, Text

__all__ = ["State", "Text"]
