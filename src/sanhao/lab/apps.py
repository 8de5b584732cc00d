from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "sanhao.lab"
    label = "lab"

    def ready(self) -> None:
        from sanhao.lab import wiring

        wiring.wire()
