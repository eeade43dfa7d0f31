from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "gezhi.territory"
    label = "territory"
