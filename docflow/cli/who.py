"""Who runs the command, for the record."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

Who = Annotated[str, typer.Option(help="Who it is, for the record; your login name if not given.")]


def login_name() -> str:
    """The user's login name; `uid 54321` where the system knows no name for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
