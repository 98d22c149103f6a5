"""A process that ends with the one that started it, even where that one is killed and can tell nobody.

The kernel's signal is for this process alone: programs that it has started do not inherit it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends when the thread that started this process ends."""


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends, even in a call that never comes back to Python.

    Ends at once where the parent has gone already. Does nothing elsewhere than on Linux.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
