"""What is sent: the cases, the mutations of each parameter, and the plan of calls.

`case` describes one call. `mutations` and `texts` list the values; `mutation_makers` fills them in.
`plan` lists the calls of a run, and `strategies` draws further ones with Hypothesis.
"""

from reseller_conformance.cases.case import Case, Encoding, Expected, ValidValues, pairs, query

__all__ = ["Case", "Encoding", "Expected", "ValidValues", "pairs", "query"]
