from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "gezhi.web.account"
    label = "web_account"
