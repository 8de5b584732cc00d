"""What a buyer may put on an invoice (发票)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from stdnum.cn import uscc

from sanhao.kit.refusals import Invalid

INVOICE_STATES: Mapping[str, tuple[str, ...]] = {
    "asked": ("issued", "declined", "withdrawn"),
    "issued": ("red_asked",),
    "red_asked": ("corrected",),
    "corrected": ("red_asked",),
    "declined": (),
    "withdrawn": (),
}


class InvoiceWish(msgspec.Struct, frozen=True):
    """Whom an invoice is made out to; a company with its 统一社会信用代码, and where to send it."""

    kind: str
    title: str
    tax_id: str
    email: str


def check_wish(wish: InvoiceWish) -> InvoiceWish:
    """The wish without blanks. Raises Invalid for the first thing that cannot be."""
    title, email = " ".join(wish.title.split()), wish.email.strip()
    tax_id = wish.tax_id.strip().upper()
    if wish.kind not in ("person", "company"):
        raise Invalid("invoice.kind", zh="请选择个人或单位。", en="Choose a person or a company.")
    if not (1 < len(title) <= 100) or not title.isprintable():
        raise Invalid(
            "invoice.title", zh="发票抬头要有2到100个字。", en="The title has between 2 and 100 characters."
        )
    if wish.kind == "company" and not uscc.is_valid(tax_id):
        raise Invalid("invoice.tax_id", zh="统一社会信用代码不对，请核对18位代码。",
                      en="This is no unified social credit code. Please check its 18 characters.")  # fmt: skip
    if (
        not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}", email)
        or len(email) > 120
        or not email.isprintable()
    ):
        raise Invalid("invoice.email", zh="邮箱地址不对。", en="This is no e-mail address.")
    return InvoiceWish(wish.kind, title, uscc.compact(tax_id) if wish.kind == "company" else "", email)
