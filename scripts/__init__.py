"""Programs for those who work on DocFlow."""
