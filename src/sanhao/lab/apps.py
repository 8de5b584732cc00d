from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "sanhao.lab"
    label = "lab"
