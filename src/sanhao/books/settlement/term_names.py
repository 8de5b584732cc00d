"""How the terms of settling are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "rate_bp": Text(zh="万分之", en="hundredths of a per cent"),
    "by_category": Text(zh="各类目的佣金", en="commission by category"),
    "default_bp": Text(zh="佣金（万分之）", en="commission, in hundredths of a per cent"),
    "by_standing": Text(zh="按店铺信誉", en="by standing"),
    "changed_days": Text(zh="改收款账户后等几天", en="days to wait after new bank details"),
    "delay_days": Text(zh="放款后几天提现", en="days from release to payout"),
    "minimum_minor": Text(zh="最低提现", en="smallest payout"),
    "reserve_bp": Text(zh="风险保证（万分之）", en="reserve, in hundredths of a per cent"),
    "reserve_days": Text(zh="风险保证留几天", en="days a reserve is kept"),
    "issue_days": Text(zh="几天内开票", en="days to issue an invoice"),
    "waits": Text(zh="货款等哪些期限", en="what the money waits for"),
    "days_by_category": Text(zh="各类目最多等几天", en="days it waits at most, by category"),
    "red_days": Text(zh="几天内红冲", en="days to correct an invoice"),
}
