"""Telling people: notices for buyers and shops, and signals for pages that are open. All later listeners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time
from sanhao.service.promises import shares
from sanhao.service.promises.book import facts_from, terms_of
from sanhao.service.promises.core import Verdict
from sanhao.service.promises.events import (
    DelayAnswered,
    DelayProposed,
    PromiseBroken,
    PromiseKept,
    PromiseRaised,
    PromiseReversed,
    PromiseVoided,
    ShareCharged,
    ShareReversed,
)
from sanhao.service.promises.kinds import KINDS


def broken(batch: Sequence[News[PromiseBroken]] | Sequence[News[PromiseRaised]]) -> None:
    """The buyer learns what was given and why; the shop learns the sum, the reason, and where to appeal. The same once more
    where a buyer's appeal raised it."""
    decided = decisions.decisions([news.fact.decision_id for news in batch])
    facts = {
        row["id"]: row
        for row in fetch(
            "SELECT id, kind, rule_id, facts::text AS facts FROM promises_promise WHERE id = ANY(%s)",
            [[news.fact.promise_id for news in batch]],
        )
    }
    members = shops.members_of({news.fact.shop_id for news in batch if news.fact.shop_id})
    told = []
    for news in batch:
        fact, decision = news.fact, decided[news.fact.decision_id]
        told.append(_notice(fact.person_id, "promise.broken", decision.text, decision.id, f"{news.id}"))
        if fact.shop_id is None:
            continue
        row = facts[fact.promise_id]
        verdict = msgspec.convert(decision.verdict, Verdict)
        text = decision.text
        if not shares.is_raised(decision.kind):
            text = KINDS[fact.kind].say_to_shop(
                terms_of(row["rule_id"], fact.kind),
                facts_from(fact.kind, msgspec.json.encode(decision.facts)),
                verdict,
            )
        for member in members.get(fact.shop_id, ()):
            told.append(_notice(member, "promise.broken.shop", text, decision.id, f"{news.id}:{member}"))
    notices.notify(told, now=max(news.at for news in batch))


def share_charged(batch: Sequence[News[ShareCharged]]) -> None:
    """Of a promise about several shops, each shop that paid learns its own sum, the reason, and where to appeal."""
    decided = decisions.decisions([news.fact.decision_id for news in batch])
    members = shops.members_of({news.fact.shop_id for news in batch})
    told = [
        _notice(
            member,
            "promise.broken.shop",
            decided[news.fact.decision_id].text,
            news.fact.decision_id,
            f"{news.id}:{member}",
        )
        for news in batch
        for member in members.get(news.fact.shop_id, ())
    ]
    notices.notify(told, now=max(news.at for news in batch))
    _wake_shops(batch)


def share_reversed(batch: Sequence[News[ShareReversed]]) -> None:
    members = shops.members_of({news.fact.shop_id for news in batch})
    told = [
        _notice(member, "promise.reversed.shop", _REVERSED, news.fact.decision_id, f"{news.id}:{member}")
        for news in batch
        for member in members.get(news.fact.shop_id, ())
    ]
    notices.notify(told, now=max(news.at for news in batch))
    _wake_shops(batch)


def _wake_shops(batch: Sequence[News[ShareCharged]] | Sequence[News[ShareReversed]]) -> None:
    push.publish(["control", *(f"shop:{news.fact.shop_id}" for news in batch)])


_REVERSED = Text(
    zh="申诉成立，扣款已退还；买家的补偿由平台承担。",
    en="Your appeal was granted: the money is back, and the platform bears the buyer's compensation.",
)


def reversed_(batch: Sequence[News[PromiseReversed]]) -> None:
    members = shops.members_of({news.fact.shop_id for news in batch if news.fact.shop_id})
    told = [
        _notice(member, "promise.reversed.shop", _REVERSED, news.fact.decision_id, f"{news.id}:{member}")
        for news in batch
        if news.fact.shop_id
        for member in members.get(news.fact.shop_id, ())
    ]
    notices.notify(told, now=max(news.at for news in batch))


def delay_proposed(batch: Sequence[News[DelayProposed]]) -> None:
    zones = {id: card.timezone for id, card in shops.shops({news.fact.shop_id for news in batch}).items()}
    told = []
    for news in batch:
        until = date_time(news.fact.until, zones[news.fact.shop_id])
        text = Text(
            zh=f"商家想把发货推迟到{until.zh}，等你点头；不答复就按原来的承诺。",
            en=f"The shop asks to ship by {until.en} instead. Without your yes, the first promise stands.",
        )
        told.append(
            _order_notice(news.fact.person_id, "delay.proposed", text, news.fact.order_id, str(news.id))
        )
    notices.notify(told, now=max(news.at for news in batch))


def delay_answered(batch: Sequence[News[DelayAnswered]]) -> None:
    members = shops.members_of({news.fact.shop_id for news in batch})
    yes = Text(zh="买家同意了推迟发货。", en="The buyer agreed to the later date.")
    no = Text(
        zh="买家没有同意推迟，原来的承诺不变。", en="The buyer did not agree: the first promise stands."
    )
    told = [
        _order_notice(
            member,
            "delay.answered",
            yes if news.fact.agreed else no,
            news.fact.order_id,
            f"{news.id}:{member}",
        )
        for news in batch
        for member in members.get(news.fact.shop_id, ())
    ]
    notices.notify(told, now=max(news.at for news in batch))


def signal(batch: Sequence[News[Any]]) -> None:
    """Open pages of the order, its shop and control fetch themselves again."""
    push.publish(topic for news in batch for topic in _topics(news.fact))


def _topics(
    fact: PromiseKept | PromiseVoided | PromiseBroken | PromiseReversed,
) -> Iterable[str]:
    order_id = getattr(fact, "order_id", None)
    if order_id:
        yield f"order:{order_id}"
    if fact.shop_id:
        yield f"shop:{fact.shop_id}"
    yield f"person:{fact.person_id}"
    yield "control"


def _notice(person_id: UUID, topic: str, text: Text, decision_id: UUID, key: str) -> notices.Notice:
    return notices.Notice(person_id, topic, text, "decision", decision_id, key)


def _order_notice(person_id: UUID, topic: str, text: Text, order_id: UUID, key: str) -> notices.Notice:
    return notices.Notice(person_id, topic, text, "order", order_id, key)
