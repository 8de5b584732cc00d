"""Telling people that somebody wrote: one notice for all they missed, signals for open pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.conversations.events import AnswerLate, AnswerReminded, MessageSent, ThreadChanged

_SHOWN = 60


def signal(batch: Sequence[News[MessageSent]] | Sequence[News[ThreadChanged]]) -> None:
    """Open pages of the thread, of its buyer, of the shop's desk and of control's queue fetch themselves again."""
    push.publish(
        topic
        for news in batch
        for topic in (
            f"talk:{news.fact.thread_id}", f"talks:{news.fact.shop_id}", "talks:platform",
            *([f"talks:{news.fact.person_id}"] if news.fact.person_id else []),
        )
    )  # fmt: skip


def tell_away(rows: Sequence[Row], now: datetime) -> None:
    """Those who have not read what was said a while ago are told once; the next notice comes after they have read."""
    marks = fetch(
        """
        SELECT k.id, k.thread_id, k.side, k.read_no, k.unread, t.kind, t.person_id, t.shop_id, t.assigned_id, t.clerk_id,
            t.title, m.text, m.side AS speaker, m.event
        FROM conversations_mark k JOIN conversations_thread t ON t.id = k.thread_id
        LEFT JOIN LATERAL (
            SELECT x.text, x.side, x.event FROM conversations_message x WHERE x.thread_id = k.thread_id
                AND x.number > k.read_no AND x.side <> k.side AND x.withdrawn_at IS NULL ORDER BY x.number DESC LIMIT 1
        ) m ON true
        WHERE k.id = ANY(%s) AND k.unread > 0
        """,
        [[row["id"] for row in rows]],
    )
    known = shops.shops({row["shop_id"] for row in marks}) if marks else {}
    names = people.cards([row["person_id"] for row in marks if row["person_id"]])
    members = shops.members_of({row["shop_id"] for row in marks if row["side"] == "shop"})
    told = [
        notices.Notice(
            reader, f"talk.{row['side']}", _said(row, known[row["shop_id"]], names), "thread", row["thread_id"],
            f"talk:{row['thread_id']}:{row['side']}:{row['read_no']}",
        )
        for row in marks if row["speaker"]
        for reader in _readers(row, members)
    ]  # fmt: skip
    execute("UPDATE conversations_mark SET tell_at = NULL WHERE id = ANY(%s)", [[row["id"] for row in rows]])
    notices.notify(told, now=now)


def _readers(row: Row, members: dict[UUID, list[UUID]]) -> Sequence[UUID]:
    if row["side"] == "buyer":
        return [row["person_id"]]
    if row["side"] == "platform":
        return [row["clerk_id"]] if row["clerk_id"] else []  # nobody's: it stands in the queue
    return [row["assigned_id"]] if row["assigned_id"] else members.get(row["shop_id"], [])


def _said(row: Row, shop: shops.ShopCard, names: dict[UUID, Any]) -> Text:
    if row["event"]:
        what = Text(zh="平台客服有新动静", en="something about the platform's help changed")
    else:
        cut = " ".join(row["text"].split())
        cut = cut if len(cut) <= _SHOWN else cut[: _SHOWN - 1] + "…"
        what = Text(zh=f"“{cut}”", en=f"“{cut}”") if cut else Text(zh="一张照片", en="a photo")
    who = {
        "shop": shop.name,
        "platform": Text(zh="平台", en="The platform"),
        "buyer": Text(zh=names[row["person_id"]].name, en=names[row["person_id"]].name)
        if row["person_id"] in names
        else Text(zh="买家", en="A buyer"),
    }[row["speaker"]]
    more = row["unread"]
    if more > 1:
        return Text(
            zh=f"{who.zh}发来{more}条新消息：{what.zh}", en=f"{who.en} sent {more} messages: {what.en}"
        )
    return Text(zh=f"{who.zh}：{what.zh}", en=f"{who.en}: {what.en}")


def reminded(batch: Sequence[News[AnswerReminded]]) -> None:
    """Whoever takes care of it learns that time runs out."""
    _about_time(
        batch,
        Text(
            zh="有一个买家快要等不及了，请尽快答复。",
            en="A buyer's question runs out of time. Answer it soon.",
        ),
        "soon",
    )


def late(batch: Sequence[News[AnswerLate]]) -> None:
    _about_time(
        batch,
        Text(
            zh="有一个买家没有按时得到答复，现在还在等。",
            en="A buyer was not answered in time and still waits.",
        ),
        "late",
    )


def _about_time(
    batch: Sequence[News[AnswerReminded]] | Sequence[News[AnswerLate]], text: Text, why: str
) -> None:
    ours = [news for news in batch if news.fact.side == "shop"]
    push.publish(
        topic
        for news in batch
        for topic in (f"talk:{news.fact.thread_id}", f"talks:{news.fact.shop_id}", "talks:platform")
    )
    if not ours:
        return
    rows = fetch(
        "SELECT id, assigned_id FROM conversations_thread WHERE id = ANY(%s)",
        [[news.fact.thread_id for news in ours]],
    )
    assigned = {row["id"]: row["assigned_id"] for row in rows}
    members = shops.members_of({news.fact.shop_id for news in ours})
    told = [
        notices.Notice(
            reader, "talk.shop", text, "thread", news.fact.thread_id, f"talk.{why}:{news.fact.wait_id}"
        )
        for news in ours
        for reader in (
            [assigned[news.fact.thread_id]]
            if assigned.get(news.fact.thread_id)
            else members.get(news.fact.shop_id, [])
        )
    ]
    notices.notify(told, now=max(news.at for news in ours))
