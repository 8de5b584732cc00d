from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "sanhao.service.orders"
    label = "orders"

    def ready(self) -> None:
        from sanhao.service.orders import wiring

        wiring.wire()
