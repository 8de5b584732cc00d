"""What this module listens to, and its keepers."""

from sanhao.fairness.rulebook.actions import bring_into_force, register_schema
from sanhao.fairness.rulebook.core import NOTICE, check_notice_terms
from sanhao.kit.keeper import Keeper, register

EFFECT = Keeper(
    name="rulebook.effect",
    query="SELECT t.id, t.key, t.market, t.version FROM rulebook_rule t "
    "WHERE t.state = 'announced' AND t.effective_at <= %(now)s",
    settle=bring_into_force,
    order="t.effective_at",
    batch=100,
    idle_seconds=5.0,
)


def wire() -> None:
    register_schema(NOTICE, check_notice_terms)
    register(EFFECT)
