"""Prefect flows: thin; each calls the library and reports what came of it."""

import os

STARTUP_SECONDS = 90
"""Longest wait for the server that Prefect starts where none is set: its own 20 are too few for a machine at work."""

# Prefect reads it when it is first imported; what is set already stays as it is.
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", str(STARTUP_SECONDS))
