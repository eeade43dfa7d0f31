"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.setup import areas, people, schemes

urlpatterns: list[URLPattern] = [
    path("", schemes.schemes, name="setup_schemes"),
    path("scheme/<uuid:version>", schemes.scheme, name="setup_scheme"),
    path("areas", areas.areas, name="setup_areas"),
    path("people", people.persons, name="setup_people"),
]
