"""How the terms of sending to remote areas are called, on pages and in a sentence."""

from __future__ import annotations

from sanhao.kit.text import Text

TERM_NAMES: dict[str, Text] = {
    "areas": Text(zh="偏远地区", en="remote areas"),
    "key": Text(zh="代号", en="short name"),
    "names": Text(zh="名称", en="names"),
    "level": Text(zh="偏远程度", en="how remote"),
    "left_out": Text(zh="不参加的商品", en="goods left out"),
    "day_budget_minor": Text(zh="每天的预算", en="budget of a day"),
    "category_budget_minor": Text(zh="各类目的预算", en="budgets of categories"),
    "extra_days": Text(zh="路上多几天", en="further days on the way"),
    "shards": Text(zh="预算分成几份", en="parts of a budget"),
    "returned_days": Text(zh="退回后几天不再等", en="days after it turned round"),
    "silent_days": Text(zh="几天没消息算不走了", en="days of silence until it is given up"),
    "amount_minor": Text(zh="金额", en="sum"),
    "category": Text(zh="类目", en="category"),
}
