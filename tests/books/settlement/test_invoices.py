"""Invoices: asked for by the buyer, issued or declined by the shop, corrected after a refund; files are checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.books.settlement import api as settlement
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from tests.books.settlement.stage import draw, paid, released

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
COMPANY = settlement.InvoiceWish("company", "南山 果园 有限公司", "91110000600037341l", "books@example.org")
SOMEBODY = settlement.InvoiceWish("person", "林小满", "", "lin@example.org")
DAYS = timedelta(days=1)


@pytest.fixture
def shop() -> UUID:
    return new_id()


def ask(
    order: UUID, buyer: UUID, now: datetime, wish: settlement.InvoiceWish = SOMEBODY, amount: int = 20_600
) -> UUID:
    return settlement.ask_invoice(order, wish, person_id=buyer, amount_minor=amount, now=now)


def test_a_company_asks_and_the_shop_issues(shop: UUID, buyer: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    id = ask(order, buyer, now, COMPANY)
    [waiting] = settlement.invoices(shop, waiting=True)
    assert (waiting.tax_id, waiting.amount.minor, waiting.due_at) == (
        "91110000600037341L",
        20_600,
        now + 5 * DAYS,
    )
    assert waiting.overdue(now + 6 * DAYS) and not waiting.overdue(now)
    settlement.issue_invoice(id, PDF, shop_id=shop, by=buyer, number="24312000", now=now + DAYS)
    seen = settlement.invoice_of(order, person_id=buyer)
    assert seen is not None
    assert (seen.state, seen.number, seen.due_at, settlement.read_paper(seen.paper)) == (
        "issued",
        "24312000",
        None,
        PDF,
    )
    with pytest.raises(Refusal, match=r"invoice\.moved_on"):
        settlement.issue_invoice(id, PDF, shop_id=shop, by=buyer, now=now + DAYS)


def test_an_invoice_is_asked_once_until_it_is_declined_or_withdrawn(
    shop: UUID, buyer: UUID, now: datetime
) -> None:
    order = paid(shop, now=now)
    id = ask(order, buyer, now)
    with pytest.raises(Refusal, match=r"invoice\.once"):
        ask(order, buyer, now)
    settlement.decline_invoice(id, "抬头与付款人不符，请改后再申请", shop_id=shop, by=buyer, now=now)
    again = ask(order, buyer, now)
    settlement.withdraw_invoice(again, person_id=buyer, now=now)
    ask(order, buyer, now)


def test_a_refund_after_issuing_asks_for_a_red_invoice(shop: UUID, buyer: UUID, now: datetime) -> None:
    order = released(shop, now=now)
    id = ask(order, buyer, now)
    settlement.issue_invoice(id, PDF, shop_id=shop, by=buyer, now=now)
    draw(order, 5_000, now=now + DAYS)
    [waiting] = settlement.invoices(shop, waiting=True)
    assert (waiting.state, waiting.red.minor, waiting.due_at) == ("red_asked", 5_000, now + 11 * DAYS)
    draw(order, 1_000, now=now + 2 * DAYS)
    settlement.issue_invoice(id, PDF + b"%%EOF", shop_id=shop, by=buyer, number="R1", now=now + 2 * DAYS)
    seen = settlement.invoice(id, shop_id=shop)
    assert (seen.state, seen.red.minor, seen.red_number, seen.due_at) == ("corrected", 6_000, "R1", None)
    draw(order, 14_600, now=now + 3 * DAYS, whole=True)
    assert settlement.invoice(id, shop_id=shop).state == "red_asked"


def test_a_refund_before_issuing_lowers_what_is_invoiced(shop: UUID, buyer: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    id = ask(order, buyer, now)
    draw(order, 600, now=now)
    assert settlement.invoice(id, shop_id=shop).amount.minor == 20_000
    draw(order, 20_000, now=now, whole=True)
    assert settlement.invoice(id, shop_id=shop).state == "withdrawn"


def test_of_nothing_there_is_no_invoice(shop: UUID, buyer: UUID, now: datetime) -> None:
    with pytest.raises(Refusal, match=r"invoice\.nothing"):
        ask(paid(shop, now=now), buyer, now, amount=0)
    with pytest.raises(NotFound):
        ask(new_id(), buyer, now)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (settlement.InvoiceWish("company", "南山果园", "911100006000373410", "a@b.cn"), "tax_id"),
        (settlement.InvoiceWish("company", "南山果园", "", "a@b.cn"), "tax_id"),
        (settlement.InvoiceWish("person", " ", "", "a@b.cn"), "title"),
        (settlement.InvoiceWish("person", "林\x00小满", "", "a@b.cn"), "title"),
        (settlement.InvoiceWish("person", "林小满", "", "nobody"), "email"),
        (settlement.InvoiceWish("shop", "林小满", "", "a@b.cn"), "kind"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    shop: UUID, buyer: UUID, now: datetime, wish: settlement.InvoiceWish, code: str
) -> None:
    order = paid(shop, now=now)
    with pytest.raises(Invalid, match=code):
        ask(order, buyer, now, wish)
    assert settlement.invoice_of(order, person_id=buyer) is None


@pytest.mark.parametrize(
    "paper",
    [b"", b"GIF89a", b"%PDF-1.7 cut off", PDF.replace(b"/Type", b"/JavaScript"), PDF + b"x" * 5_000_001,
     PDF.replace(b"/Type", b"/OpenAction"), PDF.replace(b"/Type", b"/EmbeddedFile"), b"MZ" + PDF],
    ids=["nothing", "picture", "cut", "script", "large", "action", "attachment", "program"],
)  # fmt: skip
def test_what_is_no_plain_pdf_is_refused(shop: UUID, buyer: UUID, now: datetime, paper: bytes) -> None:
    id = ask(paid(shop, now=now), buyer, now)
    with pytest.raises(Invalid, match=r"invoice\.file"):
        settlement.issue_invoice(id, paper, shop_id=shop, by=buyer, now=now)
    assert settlement.invoice(id, shop_id=shop).state == "asked"


def test_another_shops_or_persons_invoice_is_not_there(
    shop: UUID, buyer: UUID, stranger: UUID, now: datetime
) -> None:
    order = paid(shop, now=now)
    id = ask(order, buyer, now)
    with pytest.raises(NotFound):
        settlement.issue_invoice(id, PDF, shop_id=new_id(), by=buyer, now=now)
    with pytest.raises(NotFound):
        settlement.withdraw_invoice(id, person_id=stranger, now=now)
    assert settlement.invoice_of(order, person_id=stranger) is None
