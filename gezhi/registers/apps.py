from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "gezhi.registers"
    label = "registers"
