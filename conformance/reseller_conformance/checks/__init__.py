"""Pure judgements of responses, one module for each topic.

A check takes one response, or several to be compared, and yields its violations. It knows neither
pytest nor HTTP libraries. `suite`, `offline` and `soak` choose the responses, and count violations.
"""
