from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "gezhi.web.field"
    label = "web_field"
