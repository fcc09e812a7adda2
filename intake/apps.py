"""The one application of this project."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IntakeConfig(AppConfig):
    """Keeps the triggers in place: they are installed anew after every migration."""

    name = "intake"
    verbose_name = "Hotline intake"

    def ready(self) -> None:
        from intake import checks, triggers  # noqa: F401 (checks register themselves)

        post_migrate.connect(triggers.reinstall, sender=self)
