"""The product's addresses and the developers' catalogue, which only a debug installation routes."""

from django.urls import path

from gezhi.config.urls import handler400, handler500, urlpatterns
from gezhi.web import design

__all__ = ["handler400", "handler500"]

urlpatterns = [*urlpatterns, path("design", design.page)]
