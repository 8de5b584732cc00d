from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sanhao.books.ledger"
    label = "ledger"

    def ready(self) -> None:
        from sanhao.books.ledger import wiring

        wiring.wire()
