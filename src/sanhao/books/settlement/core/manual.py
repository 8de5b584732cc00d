"""The kinds of money that two of the staff may move by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sanhao.kit.text import Text


class ManualKind(NamedTuple):
    """Money moved by hand: from where to where, whether it concerns a shop, whether it takes from it."""

    title: Text
    debit: str
    credit: str
    of_shop: bool = True
    takes: bool = False


MANUAL_KINDS: Mapping[str, ManualKind] = {
    "deposit_in": ManualKind(Text(zh="保证金到账", en="Deposit paid in"), "bank", "deposit"),
    "balance_in": ManualKind(Text(zh="余额充值到账", en="Balance paid in"), "bank", "balance"),
    "deposit_back": ManualKind(Text(zh="退还保证金", en="Deposit given back"), "deposit", "balance"),
    "goodwill": ManualKind(Text(zh="平台补给店铺", en="Goodwill to a shop"), "goodwill", "balance"),
    "charge": ManualKind(Text(zh="向店铺收取", en="Charged to a shop"), "balance", "goodwill", takes=True),
    "write_off": ManualKind(Text(zh="核销店铺欠款", en="Shop's debt written off"), "goodwill", "receivable"),
    "gateway_in": ManualKind(
        Text(zh="支付渠道结算到银行", en="Gateway settled to the bank"), "bank", "gateway", of_shop=False
    ),
}
