from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "sanhao.fairness.rulebook"
    label = "rulebook"

    def ready(self) -> None:
        from sanhao.fairness.rulebook import wiring

        wiring.wire()
