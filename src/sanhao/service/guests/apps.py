from django.apps import AppConfig


class GuestsConfig(AppConfig):
    name = "sanhao.service.guests"
    label = "guests"

    def ready(self) -> None:
        from sanhao.service.guests import wiring

        wiring.wire()
