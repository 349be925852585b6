"""`python -m modelforge.cli`."""

from modelforge.cli import main

main()
