from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "sanhao.books.settlement"
    label = "settlement"

    def ready(self) -> None:
        from sanhao.books.settlement import wiring

        wiring.wire()
