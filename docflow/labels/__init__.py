"""Labels as they come in from outside: folders, tables and lines of JSON."""

from docflow.labels.entries import LABEL_CHARACTERS, Entry, read_entries, valid_label

__all__ = ["LABEL_CHARACTERS", "Entry", "read_entries", "valid_label"]
