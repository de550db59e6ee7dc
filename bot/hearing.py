"""The engine's hearing and the library's search, made of bot.understanding and the content."""

from bot.content import ContentPack
from bot.dialog import Control, Intent
from bot.i18n import LANGUAGES
from bot.services.articles import Finding
from bot.understanding import controls, intents, normalise
from bot.understanding.index import questions_of, ways_to_ask
from bot.understanding.search import Finder, Found

EMERGENCY = "service.emergency"
"""The answer to whoever is in danger, whatever else they say."""


def finder_of(pack: ContentPack) -> Finder:
    """A finder over every way to ask, in all languages."""
    return Finder(ways_to_ask(pack), pack.strangers, questions_of(pack))


class OurHearing:
    """bot.dialog.Hearing."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def learn(self, finder: Finder) -> None:
        """From now on, what staff published is found too."""
        self._finder = finder

    def search(self, text: str, language: str) -> Finding:
        """bot.services.articles.Search."""
        found = self._finder.find(text)
        return Finding(found.ids, found.sure)

    def plain(self, text: str) -> str:
        return normalise.bare(text)

    def control(self, text: str) -> Control | None:
        name = controls.control_in(text)
        return Control(name) if name else None

    def yes_no(self, text: str) -> bool | None:
        return controls.yes_no(text)

    def has_nothing_to_say(self, text: str) -> bool:
        return controls.has_nothing_to_say(text)

    def asks_why(self, text: str) -> bool:
        return controls.asks_why(text)

    def number(self, text: str) -> int | None:
        return normalise.number_in(text)

    def intent(self, text: str, language: str) -> Intent | None:
        name = intents.conversation_in(text)
        if name == "language":
            return Intent("language", intents.language_named(text), sure=True)
        if name:
            name, _colon, argument = name.partition(":")
            heard = argument == "heard"  # 'ok' is no answer
            return Intent(name, argument, sure=not heard, more=intents.says_more(text))
        found = self._finder.find(text)
        if not found.sure:
            return None
        return Intent("policy", found.ids[0], sure=intents.is_question(text))

    def named(self, text: str) -> str:
        return (intents.conversation_in(text) or "").partition(":")[0]

    def emergency(self, text: str) -> bool:
        return intents.is_emergency(text)

    def is_question(self, text: str) -> bool:
        return intents.is_question(text)

    def is_rude(self, text: str) -> bool:
        return intents.conversation_in(text) == "small_talk:abuse"

    def language_of(self, text: str) -> str:
        return normalise.language_of(text)

    def ask(self, question: str, language: str = "") -> dict[str, object]:
        """The object of `doorstep ask --json`: of a mere guess the confidence is lower."""
        if self.emergency(question):
            found = Found((EMERGENCY,), sure=True, confidence=1.0)
        else:
            found = self._finder.find(question)
        return {
            "question": question,
            "answer_id": found.ids[0] if found.ids else None,
            "confidence": round(found.confidence, 3),
            "alternatives": list(found.ids[1:]),
            "language": language or self.language_of(question) or LANGUAGES[0],
        }
