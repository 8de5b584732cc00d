from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "sanhao.kit"
    label = "kit"

    def ready(self) -> None:
        from sanhao.kit import limits, outbox

        outbox.wire()
        limits.wire()
