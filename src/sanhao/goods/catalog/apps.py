from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "sanhao.goods.catalog"
    label = "catalog"

    def ready(self) -> None:
        from sanhao.goods.catalog import wiring

        wiring.wire()
