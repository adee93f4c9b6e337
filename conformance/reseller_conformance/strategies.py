"""The former path of `cases.strategies`, kept until 0.2."""

from reseller_conformance.cases.strategies import (
    right_cases,
    special_texts,
    text_cases,
    undocumented_cases,
    wrong_cases,
)

__all__ = ["right_cases", "special_texts", "text_cases", "undocumented_cases", "wrong_cases"]
