"""`python -m docflow` is the command `docflow`."""

from docflow.cli import main

main()
