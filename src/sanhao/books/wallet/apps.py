from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "sanhao.books.wallet"
    label = "wallet"

    def ready(self) -> None:
        from sanhao.books.wallet import wiring

        wiring.wire()
