from __future__ import annotations

from django.urls import path

from config.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("", views.mails, name="list"),
    path("<slug:name>/", views.mail, name="mail"),
    path("<slug:name>/html/", views.html_part, name="html"),
]
