"""Writes the golden pages anew, and says how far each is from what was stored."""

from __future__ import annotations

import sys

from golden_case import DOCUMENTS, ENGINES, Reading, alike, engine_of, errors, path_of, read

if __name__ == "__main__":
    for name in ENGINES:
        engine = engine_of(name)
        for document in DOCUMENTS:
            path, seen = path_of(document, name), read(document, engine)
            if path.exists():
                stored = Reading.load(path)
                told = f"character errors {errors(stored, seen):.4f}, boxes alike {alike(stored, seen):.3f}"
            else:
                told = "not stored before"
            seen.store(path)
            sys.stdout.write(f"{path.name}: {told}\n")
