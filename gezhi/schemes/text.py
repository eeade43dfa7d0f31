"""Words for people, in the languages that a scheme gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in Chinese and English; English falls back to Chinese and the other way round."""

    zh: str = ""
    en: str = ""

    def say(self, language: str) -> str:
        """Return the wording for a language code such as `zh-hans` or `en`."""
        if language.startswith("en"):
            return self.en or self.zh
        return self.zh or self.en
