from django.apps import AppConfig


class FiliereConfig(AppConfig):
    name = "filiere"
    verbose_name = "Installation"

    def ready(self) -> None:
        from filiere.plurals import count_as_french_does

        # First: what follows may say something.
        count_as_french_does()
        # The task application and the checks register themselves.
        from filiere import celery, checks  # noqa: F401
        from filiere.web import navigation  # noqa: F401
