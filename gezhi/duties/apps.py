from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "gezhi.duties"
    label = "duties"
