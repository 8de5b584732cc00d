from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "sanhao.faces.storefront"
    label = "storefront"
