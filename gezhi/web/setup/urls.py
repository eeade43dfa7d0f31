"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.setup import views

urlpatterns: list[URLPattern] = [
    path("", views.schemes, name="setup_schemes"),
    path("scheme/<uuid:version>", views.scheme, name="setup_scheme"),
    path("areas", views.areas, name="setup_areas"),
    path("people", views.persons, name="setup_people"),
]
