"""`python -m tthc` is the command line."""

from tthc.cli import main

main()
