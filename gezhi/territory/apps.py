from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """The territory as a Django app."""

    name = "gezhi.territory"
    label = "territory"
