from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "sanhao.fairness.notices"
    label = "notices"

    def ready(self) -> None:
        from sanhao.fairness.notices import wiring

        wiring.wire()
