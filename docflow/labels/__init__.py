"""Labels as they come in from outside: folders, tables and lines of JSON."""

from docflow.labels.entries import Entry, LeftOut, read_entries
from docflow.labels.names import LABEL_CHARACTERS, TIMES_AS_GIVEN, valid_label, valid_source, valid_who

__all__ = [
    "LABEL_CHARACTERS",
    "TIMES_AS_GIVEN",
    "Entry",
    "LeftOut",
    "read_entries",
    "valid_label",
    "valid_source",
    "valid_who",
]
