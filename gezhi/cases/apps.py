from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "gezhi.cases"
    label = "cases"

    def ready(self) -> None:
        """Subscribe to the effects of cases, and say which files they name."""
        from gezhi.cases import events  # noqa: PLC0415  models must be loaded first
        from gezhi.cases.operations.attaching import in_proposals  # noqa: PLC0415
        from gezhi.foundation import files  # noqa: PLC0415

        events.register()
        files.named_by(in_proposals)
