from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class KitConfig(AppConfig):
    name = "sanhao.kit"
    label = "kit"

    def ready(self) -> None:
        from sanhao.kit import limits, lists, outbox

        lists.dump_lists_quickly()
        outbox.wire()
        limits.wire()
        connection_created.connect(_remember_more)


def _remember_more(connection: Any, **_: object) -> None:
    """A process has some hundreds of statements; psycopg would forget all but the last hundred it prepared."""
    connection.connection.prepared_max = 500
