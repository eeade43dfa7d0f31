"""Everything that the product says is said in Chinese, and no translation is left over."""

from scripts import messages


def test_every_message_is_translated_and_every_translation_is_used() -> None:
    found = messages.findings()
    assert found == [], "run scripts/messages.py update, then translate:\n" + "\n".join(found[:40])
