"""Sentences from pools of templates: `[this|that]` is a choice, `{slot}` a value or another template.

A pool is a text file beside this module: a line `# name` opens a section, each other line is one template of it.
Slots are filled from what the caller binds first, then from the pool's own sections, then from the values that
the document's `Values` can draw (a date, a person, a sum …). `{n:день,дня,дней}` is a whole number with the form of a
Russian noun that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from docflow.synth.money import plural_rus
from docflow.synth.values import Values

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)(?::([^{},]+),([^{},]+),([^{},]+))?\}")
STRAY_SPACE = re.compile(r" +([,.;?!)]| (?=\S))")
"""The space that an empty choice leaves behind."""


@cache
def sections(pool: str) -> Mapping[str, tuple[str, ...]]:
    """The sections of the pool `pool`.txt: name to templates, in the file's order."""
    found: dict[str, list[str]] = {}
    name = ""
    text = resources.files(__package__).joinpath("pools", f"{pool}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("# "):
            name = line[2:].strip()
            found.setdefault(name, [])
        elif line.strip():
            found[name].append(line.strip())
    return {key: tuple(lines) for key, lines in found.items()}


class Grammar:
    """Draws sentences of one pool for one document; what is bound to a slot stays the same throughout."""

    def __init__(self, pool: str, values: Values, bound: Mapping[str, str] | None = None) -> None:
        self.sections = sections(pool)
        self.values = values
        self.bound = dict(bound or {})

    def one(self, section: str) -> str:
        """One sentence of `section`."""
        return self.fill(self.values.rng.choice(self.sections[section]))

    def some(self, section: str, count: int) -> list[str]:
        """`count` sentences of `section` from different templates, or as many as it has, in random order."""
        held = self.sections[section]
        return [self.fill(template) for template in self.values.rng.sample(held, min(count, len(held)))]

    def fill(self, template: str) -> str:
        """The template with its choices made and slots filled, its first letter a capital."""
        text = STRAY_SPACE.sub(r"\1", self._expand(template)).strip()
        return text[:1].upper() + text[1:]

    def _expand(self, template: str) -> str:
        while "[" in template:
            chosen = CHOICE.sub(lambda m: self.values.rng.choice(m.group(1).split("|")), template)
            if chosen == template:
                break
            template = chosen
        return SLOT.sub(self._slot, template)

    def _slot(self, match: re.Match[str]) -> str:
        name, one, few, many = match.groups()
        value = self._value(name)
        return f"{value} {plural_rus(int(value), (one, few, many))}" if one else value

    def _value(self, name: str) -> str:
        if name in self.bound:
            return self.bound[name]
        if name in self.sections:
            return self._expand(self.values.rng.choice(self.sections[name]))
        return self.values.draw(name)
