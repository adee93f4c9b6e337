"""Old against new: is one implementation a drop-in replacement for another?

settings (what the operator wants) → session (sends each call to both) → differences (of two
responses) → tally (adds them up into kinds) → model (the result) → reports.
"""
