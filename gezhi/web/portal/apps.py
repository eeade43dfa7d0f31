from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gezhi.web.portal"
    label = "web_portal"
