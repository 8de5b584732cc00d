from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "sanhao.books.payments"
    label = "payments"

    def ready(self) -> None:
        from sanhao.books.payments import wiring

        wiring.wire()
