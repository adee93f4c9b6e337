"""`python -m reseller_conformance`: the command line, where its script is not on the PATH."""

import sys

from reseller_conformance.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
