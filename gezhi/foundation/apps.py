from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "gezhi.foundation"
    label = "foundation"
