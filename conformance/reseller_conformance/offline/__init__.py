"""Judging answers that somebody has saved, or holds in hand, with no network.

`bodies` and `har` read files, `rules` say which requirement an answer is judged by, `tally` counts
what came of it, `together` compares the answers about one customer. `validating` is the command,
`asserting` the same for one response in a test. The judgements themselves are those of `checks`.
"""
