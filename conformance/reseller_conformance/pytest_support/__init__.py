"""The parts of the pytest plugin. The hooks in `plugin` call them.

session (settings and target) → xdist, time_limits, interrupts (how items run) → collector, targets
(results) → guard (redaction of pytest's reports).
"""
