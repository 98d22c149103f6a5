"""DocFlow: scans, photos and PDFs in; recognised, classified documents with their provenance out."""

__version__ = "0.1.0"
