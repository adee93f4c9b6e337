"""One attempt of one call over HTTP, with one deadline and bounded size.

adapter (connections, framing) → errors (exceptions as our own problems), content_coding (decoding)
→ transport (the attempt).
"""
