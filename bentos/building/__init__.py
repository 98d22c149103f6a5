"""Building the serving bundle, and trying it before anyone relies on it. None of this travels in the bundle."""

from bentos.building.bundle import Bundle, build_bundle

__all__ = ["Bundle", "build_bundle"]
