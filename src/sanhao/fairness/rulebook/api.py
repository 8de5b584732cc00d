"""The door of the rulebook."""

from sanhao.fairness.rulebook.actions import (
    announce,
    draft,
    found,
    found_rules,
    keep_previews,
    notice_days,
    redraft,
    register_schema,
    withdraw,
)
from sanhao.fairness.rulebook.core import EVERYWHERE, Paying, Preview, RuleVersion, RuleView
from sanhao.fairness.rulebook.queries import (
    book,
    changed,
    drafts,
    in_force,
    in_force_many,
    previews,
    register_names,
    rule,
    version,
    versions,
)

__all__ = [
    "EVERYWHERE",
    "Paying",
    "Preview",
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
    "keep_previews",
    "notice_days",
    "previews",
    "redraft",
    "register_names",
    "register_schema",
    "rule",
    "version",
    "versions",
    "withdraw",
]
