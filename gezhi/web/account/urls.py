"""Addresses of this surface, within the namespace `web`."""

from django.urls import URLPattern, path

from gezhi.web.account import mail, own, views

urlpatterns: list[URLPattern] = [
    path("login", views.login, name="login"),
    path("login/code", views.code, name="login_code"),
    path("login/slip", views.slip, name="login_slip"),
    path("login/slip/<str:code>", views.slip, name="login_slip_code"),
    path("logout", views.logout, name="logout"),
    path("register", views.register, name="register"),
    path("account", own.profile, name="account"),
    path("account/password", own.password, name="account_password"),
    path("account/second-factor", own.factor, name="account_factor"),
    path("account/sessions/end", own.end_sessions, name="account_end_sessions"),
    path("account/messages", own.inbox, name="account_inbox"),
    path("account/messages/unread", own.unread, name="account_unread"),
    path("account/messages/<uuid:message>", own.message, name="account_message"),
    path("account/mail", mail.wish, name="account_mail"),
    path("account/mail/stop/<str:token>", mail.stop, name="account_mail_stop"),
    path("account/back", own.back, name="account_back"),
    path("account/session", own.session, name="account_session"),
]
