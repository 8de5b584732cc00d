from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "sanhao.fairness.decisions"
    label = "decisions"

    def ready(self) -> None:
        from sanhao.fairness.decisions import wiring

        wiring.wire()
