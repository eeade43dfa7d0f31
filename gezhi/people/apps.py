from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "gezhi.people"
    label = "people"
