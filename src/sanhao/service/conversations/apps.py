from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "sanhao.service.conversations"
    label = "conversations"

    def ready(self) -> None:
        from sanhao.service.conversations import wiring

        wiring.wire()
