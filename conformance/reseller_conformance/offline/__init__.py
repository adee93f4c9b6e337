"""Judge saved responses, or one in a test, without any request.

inputs (kind of a file) → bodies, har (its responses) → rules (what can be judged) → tally (counts
violations), comparator (compares responses for one customer). `validate` is the command, and
`assertion` judges one response in a test. `checks` has the judgements themselves.
"""
