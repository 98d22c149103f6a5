"""`docflow`: the one command. Each group of verbs has its own file here."""

from docflow.cli.app import main

__all__ = ["main"]
