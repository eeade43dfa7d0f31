from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "gezhi.registers"
    label = "registers"

    def ready(self) -> None:
        """Subscribe to what others are told of."""
        from gezhi.registers import events  # noqa: PLC0415  models must be loaded first

        events.register()
