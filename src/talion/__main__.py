"""`python -m talion` is the command `talion`."""

from __future__ import annotations

import sys

from talion.cli import main

if __name__ == "__main__":
    sys.exit(main())
