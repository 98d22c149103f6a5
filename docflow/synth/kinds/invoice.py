"""Invoices: what one firm bills another, and the Russian papers that do the same."""

from __future__ import annotations

from docflow.synth.kinds.invoice_eng import (
    advertising_invoice,
    freight_invoice,
    modern_invoice,
    monospaced_invoice,
    professional_fees,
    tax_invoice_of_europe,
    utility_bill,
    windowed_form,
)
from docflow.synth.kinds.invoice_rus import (
    consignment_note,
    invoice_for_payment,
    invoice_for_services,
    short_bill,
    universal_document,
    vat_invoice,
)
from docflow.synth.kinds.invoice_typed import expense_bill, order_bill, service_bill
from docflow.synth.kinds.spec import KindSpec

SPEC = KindSpec(
    layouts={
        "eng": (
            modern_invoice,
            tax_invoice_of_europe,
            windowed_form,
            monospaced_invoice,
            professional_fees,
            advertising_invoice,
            utility_bill,
            freight_invoice,
            service_bill,
            expense_bill,
            order_bill,
        ),
        "rus": (
            invoice_for_payment,
            invoice_for_services,
            short_bill,
            vat_invoice,
            universal_document,
            consignment_note,
        ),
    }
)
