"""Issues of coupons as those who pay for them see them: a form, what it costs before it starts, what it did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.books.wallet import api as wallet
from sanhao.faces.ui.fields import InCurrency, MomentField, MoneyField
from sanhao.kit.money import Money
from sanhao.kit.text import Text


class IssueForm(InCurrency):
    """Everything there is to say about an issue; what can be guessed is filled in."""

    amount = MoneyField(label=gettext_lazy("Off the price"))
    threshold = MoneyField(
        label=gettext_lazy("For goods of at least"),
        required=False,
        help_text=gettext_lazy("Empty: from the first cent."),
    )
    budget = MoneyField(
        label=gettext_lazy("Budget"), help_text=gettext_lazy("The most all of them together may ever cost.")
    )
    per_person = forms.IntegerField(
        label=gettext_lazy("At most for each person"), min_value=1, max_value=99, initial=1
    )
    claims_until = MomentField(label=gettext_lazy("May be claimed until"))
    valid_days = forms.IntegerField(
        label=gettext_lazy("Good for so many days once claimed"), min_value=1, max_value=366, initial=30
    )
    stacking = forms.ChoiceField(
        label=gettext_lazy("Together with others"),
        choices=[
            ("with_others", gettext_lazy("Goes with the platform's and a host's coupon")),
            ("alone", gettext_lazy("Stands alone")),
        ],
    )
    title_zh = forms.CharField(
        label=gettext_lazy("Name in Chinese"), max_length=60, required=False,
        help_text=gettext_lazy("Empty: named by what it does."),
    )  # fmt: skip
    title_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)

    def draft(
        self, kind: wallet.FunderKind, funder_id: str, shop_id: UUID | None, now: datetime
    ) -> wallet.IssueDraft:
        said = self.cleaned_data
        amount: Money = said["amount"]
        threshold: Money = said["threshold"] or Money.zero(amount.currency)
        return wallet.IssueDraft(
            kind, funder_id, _title(said["title_zh"], said["title_en"], amount, threshold), amount, threshold,
            said["budget"], now, said["claims_until"], shop_id=shop_id, per_person=said["per_person"],
            stacking=said["stacking"], valid_days=said["valid_days"],
        )  # fmt: skip


def empty_form(currency: str, now: datetime, **more: Any) -> IssueForm:
    return IssueForm(currency=currency, initial={"claims_until": now + timedelta(days=14)}, **more)


def _title(zh: str, en: str, amount: Money, threshold: Money) -> Text:
    if threshold:
        named = Text(
            zh=f"满{threshold.format('zh')}减{amount.format('zh')}",
            en=f"{amount.format('en')} off {threshold.format('en')}",
        )
    else:
        named = Text(zh=f"立减{amount.format('zh')}", en=f"{amount.format('en')} off")
    return Text(zh=zh.strip() or en.strip() or named.zh, en=en.strip() or zh.strip() or named.en)


class IssueRow(msgspec.Struct, frozen=True):
    """One issue with what became of it. *giver* and *href* are the face's own."""

    issue: wallet.IssueView
    figures: wallet.IssueFigures
    href: str
    giver: str = ""

    @property
    def coupons(self) -> int:
        return self.issue.budget.minor // self.issue.amount.minor

    @property
    def used_up(self) -> int:
        """How much of the budget is taken, in percent."""
        return round(100 * self.issue.claimed.minor / self.issue.budget.minor)

    @property
    def state(self) -> str:
        return {"draft": _("not started"), "running": _("running"), "ended": _("ended")}[self.issue.state]

    @property
    def tone(self) -> str:
        return {"draft": "amber", "running": "jade", "ended": ""}[self.issue.state]


class Cost(msgspec.Struct, frozen=True):
    """What an issue costs before it starts. The last three look back over *days*: of so many *orders* so many *reached*
    the threshold; had each of those used one, it would have cost *would*."""

    coupons: int
    most: Money
    left_of_order: Money | None
    percent: int | None
    days: int
    orders: int
    reached: int
    would: Money


def cost(issue: wallet.IssueView, *, orders: int, reached: int, days: int) -> Cost:
    coupons = issue.budget.minor // issue.amount.minor
    threshold = issue.threshold
    return Cost(
        coupons, issue.amount * coupons, threshold - issue.amount if threshold else None,
        round(100 * issue.amount.minor / threshold.minor) if threshold else None, days, orders, reached,
        issue.amount * min(reached, coupons),
    )  # fmt: skip


def totals(rows: Sequence[IssueRow], currency: str) -> dict[str, Any]:
    """All of them together, for the head of the page."""
    zero = Money.zero(currency)
    mine = [row for row in rows if row.issue.amount.currency == currency]
    return {
        "running": sum(row.issue.state == "running" for row in rows),
        "saved": sum((row.figures.saved for row in mine), zero),
        "turnover": sum((row.figures.turnover for row in mine), zero),
    }
