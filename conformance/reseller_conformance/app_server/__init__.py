"""Serve an application on loopback, and keep what it prints and raises.

applications (find it by name) → wrapper (record each call in a call_log) → server (serve it).
tracebacks formats the application's exceptions.
"""
