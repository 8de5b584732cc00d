from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "sanhao.goods.shops"
    label = "shops"

    def ready(self) -> None:
        from sanhao.goods.shops import wiring

        wiring.wire()
