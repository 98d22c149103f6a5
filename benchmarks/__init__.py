"""Measurements, one subject a file; `make bench` runs them all and docs/benchmarks.md keeps their figures."""
