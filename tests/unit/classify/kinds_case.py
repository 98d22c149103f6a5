"""Small labelled texts, separable by their words, with some that every kind uses."""

from __future__ import annotations

import random
from collections.abc import Sequence

from docflow.types import UNKNOWN, LabelledText

WORDS = {
    "invoice": ("invoice due payment vat terms", "счёт оплата ндс покупатель поставщик"),
    "receipt": ("receipt cashier change cash total", "чек кассир сдача наличные итог"),
    "letter": ("dear sincerely regards yours letter", "уважаемый уважением письмо просим сообщаем"),
    UNKNOWN: ("resume education skills recipe weather", "резюме образование навыки рецепт погода"),
}
COMMON = ("the", "of", "and", "date", "12.05.2024", "number", "page", "100,00", "от", "дата", "номер", "и", "на")


def make_samples(per_label: int = 24, *, labels: Sequence[str] = tuple(WORDS), seed: int = 0) -> list[LabelledText]:
    """`per_label` texts of each label, half of them Russian, from six groups a label."""
    chance = random.Random(seed)
    samples = []
    for label in labels:
        for number in range(per_label):
            language = ("eng", "rus")[number % 2]
            own = WORDS[label][number % 2].split()
            words = chance.choices(own, k=12) + chance.choices(COMMON, k=12)
            chance.shuffle(words)
            samples.append(LabelledText(" ".join(words), label, language, group=f"{label}-{number % 6}"))
    return samples
