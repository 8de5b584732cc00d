"""The door of payments."""

from sanhao.books.payments.actions.chargeback import Borne, bear
from sanhao.books.payments.actions.chargeback import hear as hear_dispute
from sanhao.books.payments.actions.give_back import (
    RefundDraft,
    asked_for,
    refund,
    refunds_account,
    send_again,
)
from sanhao.books.payments.actions.past import HISTORY, PastPayment, take_over
from sanhao.books.payments.actions.take import begin, heard
from sanhao.books.payments.core import Disputed, Next
from sanhao.books.payments.errands import next_step
from sanhao.books.payments.gateways import GATEWAYS
from sanhao.books.payments.gateways.sandbox.signing import Signed
from sanhao.books.payments.gateways.sandbox.world import How, sandbox_pay, sandbox_refunds
from sanhao.books.payments.queries import (
    PaymentView,
    RefundView,
    failed_refunds,
    payment,
    payment_of,
    payments_of,
    refunds_of,
)

__all__ = [
    "GATEWAYS",
    "HISTORY",
    "Borne",
    "Disputed",
    "How",
    "Next",
    "PastPayment",
    "PaymentView",
    "RefundDraft",
    "RefundView",
    "Signed",
    "asked_for",
    "bear",
    "begin",
    "failed_refunds",
    "hear_dispute",
    "heard",
    "next_step",
    "payment",
    "payment_of",
    "payments_of",
    "refund",
    "refunds_account",
    "refunds_of",
    "sandbox_pay",
    "sandbox_refunds",
    "send_again",
    "take_over",
]
