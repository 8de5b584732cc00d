"""How the terms of promises are called in a sentence: “what changes: the ladder”."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "deadline": Text(zh="发货时限", en="the time to hand over"),
    "hand_over": Text(zh="交快递时限", en="the time to hand over to the carrier"),
    "scan_grace_hours": Text(zh="等扫描记录的宽限", en="how long late scans are awaited"),
    "ladder": Text(zh="赔付阶梯", en="what is paid"),
    "remedy": Text(zh="赔付方式", en="how it is paid"),
    "currency": Text(zh="币种", en="the currency"),
    "merge_hours": Text(zh="合并计算的时段", en="payments taken together"),
    "special_excluded": Text(zh="不适用的商品", en="goods left out"),
    "force_majeure": Text(zh="不可抗力的时段", en="times beyond anyone's control"),
    "promotions": Text(zh="大促时段", en="promotions"),
    "excused_by": Text(zh="可以免责的情形", en="accepted excuses"),
    "shop_cancel_pays": Text(zh="商家取消是否赔付", en="whether a shop that cancels pays"),
    "delays_at_most": Text(zh="协商延迟的次数", en="how often a delay may be asked for"),
    "delay_ahead_hours": Text(zh="协商延迟要提前多久", en="how far ahead a delay is asked for"),
    "extension_ahead_days": Text(zh="节假日顺延要提前几天公布", en="how far ahead holidays are announced"),
    "free_cancel_from_deadline": Text(zh="超时后能否免费取消", en="free cancellation from the deadline"),
    "auto_cancel_after_hours": Text(zh="多久后自动取消", en="when an order is cancelled by itself"),
    "per": Text(zh="按什么承诺", en="what one promise is about"),
    "by": Text(zh="按时刻还是按天判定", en="whether moment or day counts"),
    "timezone": Text(zh="时区", en="the time zone"),
    "freight_percent": Text(zh="退运费的比例", en="the share of the freight"),
    "gives": Text(zh="退什么", en="what goes back"),
    "expected_within_days": Text(zh="预计几天内送到", en="days within which it is expected"),
    "broken_after_days": Text(zh="多久没消息算没送成", en="after how long silence breaks it"),
}
