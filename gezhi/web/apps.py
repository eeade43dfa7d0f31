from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gezhi.web"
    label = "web"
