"""How the terms of conversations are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "shop_minutes": Text(zh="店铺几分钟内答复", en="minutes a shop has to answer"),
    "platform_minutes": Text(zh="平台几分钟内答复", en="minutes the platform has to answer"),
    "remind_minutes": Text(zh="提前几分钟提醒", en="minutes ahead of which it is reminded"),
    "opens": Text(zh="店铺上班", en="a shop's day begins"),
    "closes": Text(zh="店铺下班", en="a shop's day ends"),
    "platform_opens": Text(zh="平台上班", en="the platform's day begins"),
    "platform_closes": Text(zh="平台下班", en="the platform's day ends"),
    "least": Text(zh="至少几次答复才显示", en="answers before figures are shown"),
    "notice_minutes": Text(zh="几分钟后通知不在线的人", en="minutes until somebody away is told"),
    "withdraw_seconds": Text(zh="几秒内可撤回", en="seconds to take a message back"),
    "close_days": Text(zh="几天没有消息就结束", en="closed after days of silence"),
    "solved_days": Text(zh="几天内可说没解决", en="days to say that it is not settled"),
}
