from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "sanhao.faces.storefront"
    label = "storefront"

    def ready(self) -> None:
        from django.urls import reverse

        from sanhao.people import api as people

        people.register_links(
            confirm=lambda token: reverse("storefront:confirm", args=[token]),
            reset=lambda token: reverse("storefront:reset_with", args=[token]),
        )
