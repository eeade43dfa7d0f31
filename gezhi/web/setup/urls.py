"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.setup import areas, people, plan_urls

urlpatterns: list[URLPattern] = [
    *plan_urls.urlpatterns,
    path("areas", areas.areas, name="setup_areas"),
    path("people", people.persons, name="setup_people"),
]
