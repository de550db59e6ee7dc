"""Stops `make install` with one sentence on a Python that is too old."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is the check
    sys.exit("Doorstep needs Python 3.11 or newer: set PYTHON, as in 'make run PYTHON=python3.12'.")
