from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "gezhi.duties"
    label = "duties"

    def ready(self) -> None:
        """Subscribe to what starts a duty."""
        from gezhi.duties import events  # noqa: PLC0415  models must be loaded first

        events.register()
