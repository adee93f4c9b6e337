"""Pure judgements: what came against what is required, a module a topic.

A check takes one answer, or a group of answers to be compared, and yields its departures. It knows
neither pytest nor HTTP libraries; which answers it is given, and what a departure costs, is left to
`suite`.
"""
