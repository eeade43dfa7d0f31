"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from gezhi.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("gezhi.api.urls")),
    path("", include("gezhi.web.urls")),
]

handler400 = "gezhi.web.refusals.bad_request"
handler500 = "gezhi.web.refusals.server_error"
