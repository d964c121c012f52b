"""``python -m saykey`` runs the command ``saykey``."""

import sys

from saykey.cli import main

if __name__ == "__main__":
    sys.exit(main())
