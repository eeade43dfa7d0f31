"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
