from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sanhao.service.delivery"
    label = "delivery"

    def ready(self) -> None:
        from sanhao.service.delivery import wiring

        wiring.wire()
