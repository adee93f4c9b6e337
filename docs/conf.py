"""How the pages of this folder become a site: `nox -s docs`.

In `_extensions`, `generated` makes pages of what the package knows, `tree` follows links out of
this folder, and `dead_links` reads the built pages back.
"""

import sys
from pathlib import Path

from reseller_conformance import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "reseller-conformance"
version = release = __version__
copyright = "the authors of reseller-conformance; Apache-2.0"  # noqa: A001 (Sphinx's own name)

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
extensions += ["generated", "tree", "dead_links"]  # ours
exclude_patterns = ["_extensions"]
smartquotes = False
myst_heading_anchors = 3

# Docstrings are written for people who read the code: what is in single backticks is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
# There is no network to look the pages of others up, and what is private has no page here.
nitpick_ignore_regex = [("py:.*", r"(?!reseller_conformance\.).*"), ("py:.*", r".*\._.*")]

html_theme = "furo"
html_title = f"reseller-conformance {__version__}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_copyright = False
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
