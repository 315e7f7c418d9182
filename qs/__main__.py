"""`python -m qs`: the operators' door."""

from __future__ import annotations

from qs.cli import main

main()
