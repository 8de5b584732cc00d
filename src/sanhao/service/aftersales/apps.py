from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "sanhao.service.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        from sanhao.service.aftersales import wiring

        wiring.wire()
