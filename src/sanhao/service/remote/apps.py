from django.apps import AppConfig


class RemoteConfig(AppConfig):
    name = "sanhao.service.remote"
    label = "remote"

    def ready(self) -> None:
        from sanhao.service.remote import wiring

        wiring.wire()
