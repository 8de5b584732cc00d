from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "sanhao.service.promises"
    label = "promises"

    def ready(self) -> None:
        from sanhao.service.promises import wiring

        wiring.wire()
