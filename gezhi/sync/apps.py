from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "gezhi.sync"
    label = "sync"
