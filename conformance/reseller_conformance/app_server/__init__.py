"""Serve an application on loopback, and keep what it prints and raises.

`applications` finds a WSGI or ASGI application by its name, `server` serves it, and `wrapper`
records the output and the traceback of each call in a `call_log`.
"""
