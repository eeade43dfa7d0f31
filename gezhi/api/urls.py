"""Addresses of the REST doors, all below /api/v1."""

from django.urls import path

from gezhi.api import acting, intake, openapi, reading, registers, telephones
from gezhi.api.doors import methods

app_name = "api"

urlpatterns = [
    path("openapi.json", methods(GET=openapi.get_document), name="openapi"),
    path("cases", methods(POST=intake.post_case, GET=reading.get_cases), name="cases"),
    path("cases/batch", methods(POST=intake.post_batch), name="cases_batch"),
    path("cases/<str:number>", methods(GET=reading.get_case), name="case"),
    path("cases/<str:number>/actions/<slug:action>", methods(POST=acting.post_action), name="case_action"),
    path("entries", methods(GET=registers.get_entries, POST=registers.post_entry), name="entries"),
    path("entries/<str:code>", methods(GET=registers.get_entry), name="entry"),
    path("catalogue", methods(GET=reading.get_catalogue), name="catalogue"),
    path("sync", methods(GET=telephones.get_download, POST=telephones.post_records), name="sync"),
    path("sync/photos/<str:key>", methods(GET=telephones.get_photo, PUT=telephones.put_photo), name="sync_photo"),
    path("files", methods(POST=intake.post_file), name="files"),
]
