"""Addresses of all surfaces, in the namespace `web`: one name per page, prefixed by its surface."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from gezhi.web import areas, design, photos, picking, preferences
from gezhi.web.held import throwing

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences", preferences.change, name="preferences"),
    path("areas.geojson", areas.outlines, name="outlines"),
    path("entries.json", picking.entries, name="pick_entries"),
    path("kept", photos.keep, name="keep_file"),
    path("kept/<str:token>", photos.kept, name="kept_file"),
    path("held/discard", throwing.discard, name="held_discard"),
    path("held/back", throwing.back, name="held_back"),
    path("", include("gezhi.web.account.urls")),
    path("field/", include("gezhi.web.field.urls")),
    path("desk/", include("gezhi.web.desk.urls")),
    path("setup/", include("gezhi.web.setup.urls")),
    path("", include("gezhi.web.portal.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("design", design.page, name="design")]
