from django.apps import AppConfig


class EnactmentConfig(AppConfig):
    name = "gezhi.enactment"
    label = "enactment"
