from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "sanhao.faces.workbench"
    label = "workbench"
