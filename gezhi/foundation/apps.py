from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """The ground of every room."""

    name = "gezhi.foundation"
    label = "foundation"
