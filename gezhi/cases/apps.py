from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "gezhi.cases"
    label = "cases"

    def ready(self) -> None:
        """Subscribe to the effects of cases."""
        from gezhi.cases import events  # noqa: PLC0415  models must be loaded first

        events.register()
