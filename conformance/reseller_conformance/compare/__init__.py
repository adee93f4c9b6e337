"""Old against new: is one implementation a drop-in replacement for another?

settings (what the operator wants) → session (two runs, each call sent to both) → responses →
differences (of two responses) → tally (adds them up into kinds) → conclusion → model → reports.
"""
