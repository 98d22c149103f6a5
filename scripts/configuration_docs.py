"""Writes docs/configuration.md from the settings themselves; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from docflow.settings import Section, Settings, variables

TARGET = Path(__file__).parents[1] / "docs" / "configuration.md"

HEAD = """# Configuration

Every setting, its environment variable and its default. A variable goes over `config/<profile>.toml`
(`DOCFLOW_PROFILE`, default `local`; `DOCFLOW_CONFIG_DIR`, default `config`), that over the default. In a profile,
`section.key` is `key` under `[section]`. An unknown name is refused in both. `docflow config` prints the values in
effect and where each came from. This page is written by `python -m scripts.configuration_docs`.

| Setting | Variable | Default | What it is |
|---|---|---|---|
"""


def page() -> str:
    """The page as it should stand."""
    rows = []
    for variable, key in variables():
        section, _, name = key.partition(".")
        model: type[Section] | type[Settings] = Settings
        if name:
            annotation = Settings.model_fields[section].annotation
            assert isinstance(annotation, type)
            assert issubclass(annotation, Section)
            model = annotation
        field = model.model_fields[name or section]
        default = "number of cores" if field.default_factory else field.get_default()
        rows.append(f"| `{key}` | `{variable}` | {shown(default)} | {field.description} |")
    return HEAD + "\n".join(rows) + "\n"


def shown(default: object) -> str:
    """A default as the table shows it."""
    return "–" if default is None else str(default) if default == "number of cores" else f"`{default}`"


def main() -> int:
    """Write the page, or with `--check` compare it."""
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != page())
    TARGET.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
