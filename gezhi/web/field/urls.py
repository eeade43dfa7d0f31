"""Addresses of the field app, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.field import case, listing, report, today

urlpatterns: list[URLPattern] = [
    path("", today.page, name="field_today"),
    path("report", report.page, name="field_report"),
    path("cases", listing.page, name="field_cases"),
    path("case/<str:number>", case.page, name="field_case"),
    path("case/<str:number>/do", case.act, name="field_act"),
    path("case/<str:number>/note", case.note, name="field_note"),
    path("case/<str:number>/contact", case.contact, name="field_contact"),
    path("case/<str:number>/file/<uuid:file>", case.file, name="field_file"),
]
