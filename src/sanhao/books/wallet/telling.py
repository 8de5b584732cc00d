"""Telling people about their coupons. A later listener."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from sanhao.books.wallet.events import CouponReturned
from sanhao.fairness.notices import api as notices
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, sum_of


def returned(batch: Sequence[News[CouponReturned]]) -> None:
    """A coupon that was used lies in the wallet again."""
    told = []
    for news in batch:
        fact = news.fact
        amount = sum_of(Money(fact.amount_minor, fact.currency))
        until = date_time(fact.expires_at, settings.TIME_ZONE)
        text = Text(
            zh=f"你用过的{amount.zh}券回来了，{until.zh}前可以再用。",
            en=f"Your coupon of {amount.en} is back in your wallet; it may be used until {until.en}.",
        )
        told.append(
            notices.Notice(fact.person_id, "coupon.back", text, "coupon", fact.coupon_id, str(news.id))
        )
    notices.notify(told, now=max(news.at for news in batch))
    push.publish(f"person:{news.fact.person_id}" for news in batch)
