"""What pikepdf raises for files whose objects are not what they should be."""

from __future__ import annotations

import pikepdf

DAMAGE = (pikepdf.exceptions.PikepdfError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError,
          ValueError)  # fmt: skip
"""To be caught around calls of pikepdf alone: most of these are what an error of our own would be."""
