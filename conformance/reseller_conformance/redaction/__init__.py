"""Find a secret in any text, in every form that it may have, and replace it.

unescape (undo escapes) → views (ways to read a text) → forms (ways to write a value) → secret (find
and replace) → echo (where a response repeats the key), logs (log records and streams).
"""
