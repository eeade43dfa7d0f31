"""Addresses of the field app, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.field import case, listing, me, offline, report, sent, today, waiting

urlpatterns: list[URLPattern] = [
    path("", today.page, name="field_today"),
    path("waiting", waiting.counts, name="field_waiting"),
    path("outbox", offline.outbox, name="field_outbox"),
    path("sw.js", offline.worker, name="field_worker"),
    path("manifest.webmanifest", offline.manifest, name="field_manifest"),
    path("offline/<str:language>", offline.shell, name="field_shell"),
    path("report", report.page, name="field_report"),
    path("report/ahead", report.ahead, name="field_ahead"),
    path("report/photo", report.photo, name="field_photo"),
    path("sent/<str:number>", sent.receipt, name="field_sent"),
    path("cases", listing.page, name="field_cases"),
    path("me", me.page, name="field_me"),
    path("me/diary", me.diary, name="field_diary"),
    path("case/<str:number>", case.page, name="field_case"),
    path("case/<str:number>/do", case.act, name="field_act"),
    path("case/<str:number>/note", case.note, name="field_note"),
    path("case/<str:number>/contact", case.contact, name="field_contact"),
    path("case/<str:number>/correct", sent.correct, name="field_correct"),
    path("case/<str:number>/file/<uuid:file>", case.file, name="field_file"),
]
