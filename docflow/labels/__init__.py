"""Labels as they come in from outside: folders, tables and lines of JSON."""

from docflow.labels.entries import Entry, read_entries
from docflow.labels.names import LABEL_CHARACTERS, valid_label, valid_source

__all__ = ["LABEL_CHARACTERS", "Entry", "read_entries", "valid_label", "valid_source"]
