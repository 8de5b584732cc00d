from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "sanhao.people"
    label = "people"

    def ready(self) -> None:
        from sanhao.people import wiring

        wiring.wire()
