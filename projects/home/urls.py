from django.urls import path

from projects.home import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("aide/", pages.help_page, name="help"),
    path("administration/", pages.administration, name="administration"),
    path("apparence/", pages.change_theme, name="theme"),
]
