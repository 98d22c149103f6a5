"""What may come in: types by content, limits, decoding and rendering, text layers; failures are `IntakeError`s."""

from docflow.intake.document import OpenedDocument, open_document
from docflow.intake.limits import Deadline, check_characters, check_upload
from docflow.intake.media import MediaType, sniff

__all__ = ["Deadline", "MediaType", "OpenedDocument", "check_characters", "check_upload", "open_document", "sniff"]
