"""Prefect flows: thin; each calls the library and reports what came of it."""
