"""The parts of the pytest plugin, which the hooks in `plugin` and `collector_plugin` call.

session_settings → session_target → xdist, time_limits, interrupts (how items run) → collector,
targets (results) → session (how it ends) → guard (redaction of pytest's reports).
"""
