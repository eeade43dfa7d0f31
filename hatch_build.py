"""Puts the shipped schemes into the wheel. A checkout installed in place reads them beside the package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedSchemes(BuildHookInterface[Any]):
    """Copies `schemes/` to where `gezhi.schemes.source.shipped` looks in an installed copy."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name what goes where, and refuse to make a wheel that could show no page."""
        if version == "editable":
            return
        if not Path(self.root, "gezhi/web/static/vendor/htmx.min.js").is_file():
            raise SystemExit("The front-end files are missing: run scripts/assets, then build the wheel again.")
        build_data["force_include"]["schemes"] = "gezhi/shipped_schemes"
