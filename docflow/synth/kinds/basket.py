"""What was bought: lines whose quantity times price is the amount, and the sums and taxes over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from docflow.synth.money import cents, tax_on, tax_within
from docflow.synth.values import Values


@dataclass(frozen=True)
class BasketLine:
    """One thing bought; `amount` is quantity times price, to the cent."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    code: str = ""

    @property
    def amount(self) -> Decimal:
        """Quantity times price."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True)
class Basket:
    """Lines with one tax rate in per cent (0: no tax), contained in the prices or added to them."""

    lines: tuple[BasketLine, ...]
    rate: int
    tax_included: bool

    @cached_property
    def lines_total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @cached_property
    def tax(self) -> Decimal:
        """The tax in the lines' sum, or on it."""
        return (tax_within if self.tax_included else tax_on)(self.lines_total, self.rate)

    @cached_property
    def net(self) -> Decimal:
        """The sum without tax."""
        return self.lines_total - self.tax if self.tax_included else self.lines_total

    @cached_property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.tax


def fill_basket(
    values: Values,
    names: Sequence[str],
    *,
    lines: tuple[int, int],
    prices: tuple[int, int],
    rates: Sequence[int],
    tax_included: bool,
    units: Sequence[str] = ("pcs",),
) -> Basket:
    """A basket of some of the names; the ranges of its lines and prices have their ends included."""
    rng = values.rng
    count = min(rng.randint(*lines), len(names))
    bought = tuple(
        BasketLine(
            name=name,
            quantity=Decimal(rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 10, 12))),
            unit=rng.choice(tuple(units)),
            price=values.amount(*prices),
            code=values.digits(rng.choice((4, 6, 8, 13))),
        )
        for name in rng.sample(tuple(names), count)
    )
    return Basket(bought, rng.choice(tuple(rates)), tax_included)
