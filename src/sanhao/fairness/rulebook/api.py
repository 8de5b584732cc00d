"""The door of the rulebook."""

from sanhao.fairness.rulebook.actions import (
    announce,
    draft,
    found,
    found_rules,
    notice_days,
    redraft,
    register_schema,
    withdraw,
)
from sanhao.fairness.rulebook.core import EVERYWHERE, RuleVersion, RuleView
from sanhao.fairness.rulebook.queries import (
    book,
    changed,
    drafts,
    in_force,
    in_force_many,
    register_names,
    rule,
    version,
    versions,
)

__all__ = [
    "EVERYWHERE",
    "RuleVersion",
    "RuleView",
    "announce",
    "book",
    "changed",
    "draft",
    "drafts",
    "found",
    "found_rules",
    "in_force",
    "in_force_many",
    "notice_days",
    "redraft",
    "register_names",
    "register_schema",
    "rule",
    "version",
    "versions",
    "withdraw",
]
