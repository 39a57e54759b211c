#!/usr/bin/env python3
"""Deskpost's command line: `python run_gateway.py --help`, or `make run` to try it."""

import sys

from gateway.cli.main import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
