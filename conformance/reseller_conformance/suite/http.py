"""Responses as HTTP: delivery, status and headers."""

from __future__ import annotations

from reseller_conformance import requirements as r
from reseller_conformance.suite.markers import single_response_test

__all__ = ["HttpConformance"]


class HttpConformance:
    """RFC 9110, and what the API docs imply."""

    test_http_delivered = single_response_test(r.HTTP_DELIVERED)
    test_http_timeout = single_response_test(r.HTTP_TIMEOUT)
    test_http_complete = single_response_test(r.HTTP_COMPLETE)
    test_http_server_error = single_response_test(r.HTTP_SERVER_ERROR)
    test_http_redirect = single_response_test(r.HTTP_REDIRECT)
    test_http_body = single_response_test(r.HTTP_BODY)
    test_http_status = single_response_test(r.HTTP_STATUS)
    test_http_error_status = single_response_test(r.HTTP_ERROR_STATUS)
    test_http_content_type = single_response_test(r.HTTP_CONTENT_TYPE)
    test_http_charset = single_response_test(r.HTTP_CHARSET)
    test_http_retries = single_response_test(r.HTTP_RETRIES)
