from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "gezhi.web.desk"
    label = "web_desk"
