"""`python -m flows.deployments`: offers the flows as deployments with schedules, until Ctrl-C.

The inbox is a folder or an s3:// prefix; it is looked through every few minutes. See docs/operations.md.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from flows.ingest import ingest

INBOX_EVERY = timedelta(minutes=5)


def main() -> None:
    """Serve the deployments from this process."""
    inbox = os.environ.get("INBOX", "var/inbox")
    if "://" not in inbox:
        # A run starts in a process and a folder of its own.
        inbox = str(Path(inbox).resolve())
        Path(inbox).mkdir(parents=True, exist_ok=True)
    ingest.serve(name="inbox", interval=INBOX_EVERY, parameters={"source": inbox}, tags=["docflow"])


if __name__ == "__main__":
    main()
