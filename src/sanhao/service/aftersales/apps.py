from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "sanhao.service.aftersales"
    label = "aftersales"
