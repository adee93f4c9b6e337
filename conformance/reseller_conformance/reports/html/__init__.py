"""A run as one HTML file, for a person with a browser: nothing is fetched, nothing in it can run.

Bodies come from hostile servers. Three things keep them text, each by itself: the template escapes
whatever it is given, characters that act on a display are written out, and the page's own policy
lets no style or script run but the two that are in this package. Needs Jinja2 (extra `html`).
"""

from reseller_conformance.reports.html.page import render

__all__ = ["render"]
