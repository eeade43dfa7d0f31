from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "gezhi.web.setup"
    label = "web_setup"
