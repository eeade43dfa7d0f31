"""What every page may say in its frame."""

from django.http import HttpRequest

from gezhi.web import preferences


def page(request: HttpRequest) -> dict[str, object]:
    """Give templates the browser's preferences and the address to come back to after changing them."""
    return {"preferences": preferences.read(request), "here": request.get_full_path()}
