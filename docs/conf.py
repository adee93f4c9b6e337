"""How the pages of this folder become a site: `nox -s docs`.

In `_extensions`, `tree` follows links out of this folder, `anchors` finds the anchors that pages
name themselves, `contents` makes the table of contents, and `dead_links` reads the built pages.
The generated parts of the pages are written by `generator` before: `nox -s pages`.
"""

import sys
from pathlib import Path

from reseller_conformance import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "reseller-conformance"
version = release = __version__
copyright = "the authors of reseller-conformance; Apache-2.0"  # noqa: A001 (Sphinx's own name)

extensions = ["myst_parser", "sphinx_copybutton"]
extensions += ["tree", "anchors", "contents", "dead_links"]  # ours
exclude_patterns = ["_extensions", "generator"]
smartquotes = False
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"reseller-conformance {__version__}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_copyright = False
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
