"""Addresses of the field app, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.field import activity, away, case, ledgers, listing, me, offline, report, rounds, sent, today, waiting

urlpatterns: list[URLPattern] = [
    path("", today.page, name="field_today"),
    path("waiting", waiting.counts, name="field_waiting"),
    path("outbox", offline.outbox, name="field_outbox"),
    path("entries", offline.entries, name="field_entries"),
    path("entries/<str:which>", offline.entries, name="field_entry"),
    path("sw.js", offline.worker, name="field_worker"),
    path("manifest.webmanifest", offline.manifest, name="field_manifest"),
    path("offline/<str:language>", offline.shell, name="field_shell"),
    path("report", report.page, name="field_report"),
    path("report/ahead", report.ahead, name="field_ahead"),
    path("report/photo", report.photo, name="field_photo"),
    path("sent/<str:number>", sent.receipt, name="field_sent"),
    path("cases", listing.page, name="field_cases"),
    path("registers", ledgers.page, name="field_registers"),
    path("me", me.page, name="field_me"),
    path("duties", rounds.page, name="field_rounds"),
    path("duties/way", rounds.route, name="field_route"),
    path("duties/away", away.page, name="field_away"),
    path("duty/<str:duty>/<str:code>", rounds.objects, name="field_round"),
    path("duty/<str:duty>/<str:code>/begin", activity.begin, name="field_begin"),
    path("activity/<uuid:pk>", activity.page, name="field_activity"),
    path("activity/<uuid:pk>/found", activity.finding, name="field_finding"),
    path("activity/<uuid:pk>/end", activity.end, name="field_end"),
    path("activity/<uuid:pk>/change", activity.change, name="field_change"),
    path("activity/<uuid:pk>/file/<uuid:file>", activity.file, name="field_activity_file"),
    path("me/diary", me.diary, name="field_diary"),
    path("case/<str:number>", case.page, name="field_case"),
    path("case/<str:number>/do", case.act, name="field_act"),
    path("case/<str:number>/note", case.note, name="field_note"),
    path("case/<str:number>/contact", case.contact, name="field_contact"),
    path("case/<str:number>/correct", sent.correct, name="field_correct"),
    path("case/<str:number>/file/<uuid:file>", case.file, name="field_file"),
]
