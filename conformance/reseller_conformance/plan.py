"""The former path of `cases.plan`, kept until 0.2."""

from reseller_conformance.cases.plan import Depth, Plan

__all__ = ["Depth", "Plan"]
