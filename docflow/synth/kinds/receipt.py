"""Receipts: what a till, a counter or a card machine prints."""

from __future__ import annotations

from docflow.synth.kinds.receipt_eng import (
    bill_with_tax_summary,
    card_slip,
    handwritten_form,
    hardware_counter,
    petrol_pump,
    pharmacy_till,
    restaurant_bill,
    supermarket_till,
    taxi_ride,
)
from docflow.synth.kinds.receipt_rus import (
    card_slip_rus,
    cash_register,
    fuel_station,
    online_receipt,
    restaurant_bill_rus,
    sales_form,
    shop_till,
)
from docflow.synth.kinds.spec import KindSpec

SPEC = KindSpec(
    layouts={
        "eng": (
            supermarket_till,
            supermarket_till,
            hardware_counter,
            hardware_counter,
            bill_with_tax_summary,
            bill_with_tax_summary,
            restaurant_bill,
            petrol_pump,
            pharmacy_till,
            card_slip,
            taxi_ride,
            handwritten_form,
        ),
        "rus": (
            cash_register,
            shop_till,
            restaurant_bill_rus,
            fuel_station,
            sales_form,
            card_slip_rus,
            online_receipt,
        ),
    }
)
