"""What people say about a question instead of answering it: why? nothing; change another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.dialog import asking
from bot.dialog.choosing import Choosing, names
from bot.dialog.question import Question
from bot.i18n import _, in_all_languages

SHORTEST_LABEL = 3
"""Characters with which a label that people shorten is still itself: '身份证' for '身份证号'."""
LONGER = 3
"""Characters by which a person's word for a label may be longer: '我妈的电话' for '电话'."""
_TO_CHANGE = (
    re.compile(r"(?:我?要|我想|请|帮我)?(?:更改|修改|改一下|改|换)(.+)"),
    re.compile(r"(.+?)(?:写|填|打|选|说|讲|弄)?(?:错了|不对|要改|改一下|换一下)"),
    re.compile(r"(?:please )?(?:change|correct) (?:the |my |her |his )?(.+)"),
    re.compile(r"(?:the |my |her |his )?(.+?) (?:is|was) wrong"),
)


class AboutQuestions(Choosing):
    """Heard only while a question is open, and not where every word is meant for people."""

    def hear_about(self, text: str) -> bool:
        """One of the three. A letter to staff may say any of it and mean it."""
        question = self.open_question()
        if question and question.expect.for_people:
            return False
        if question and self.hearing.asks_why(text):
            self.why(text)
            return True
        return self.hear_change(text) or bool(question and self.hear_nothing(question, text))

    def why(self, text: str = "") -> None:
        """The reason for the question that `text` names, else for the open one (rule C38)."""
        question = self.open_question()
        if question is None:
            self.talk.notes.append(_("I have not asked you anything just now."))
            if not self.talk.conversation.frames:
                self.run("menu")
            return
        plain = self.hearing.plain(text)
        named = next((one for one in self._applying() if self._names(plain, one)), question)
        self.talk.notes.append(named.why or _("I need it to deal with this request."))

    def hear_change(self, text: str) -> bool:
        """'change the name', '改姓名', '电话写错了': an earlier question by its label."""
        frame = self.talk.conversation.top
        found = frame and self._to_change(self.hearing.plain(text))
        if not frame or not found:
            return False
        self.keep(replace(frame, asking=found.key, partial=None, misses=0))
        return True

    def _to_change(self, plain: str) -> Question[Any] | None:
        """The answered question that is meant; of several the last."""
        words = [found[1] for pattern in _TO_CHANGE if (found := pattern.fullmatch(plain))]
        answered = self.talk.conversation.frames[-1].answered()
        meant = [
            question
            for question in self._applying()
            if question.key in answered
            and any(
                names(word, label) or (label in word and len(word) <= len(label) + LONGER)
                for word in words
                for label in (*self._labels(question), *question.called)
            )
        ]
        return meant[-1] if meant else None

    def hear_nothing(self, question: Question[Any], text: str) -> bool:
        """'没有', '不知道' where an answer is optional: it is left out, as by its button."""
        frame = self.talk.conversation.frames[-1]
        if not (
            question.optional
            and self.may_ask(question)
            and question.expect.skippable(self.asked(question))
            and self.hearing.has_nothing_to_say(text)
        ):
            return False
        self.keep(frame.with_answer(question.key, None, question.changes))
        return True

    def _applying(self) -> list[Question[Any]]:
        frame = self.talk.conversation.top
        return list(asking.applying(self.flow_of(frame), frame)) if frame else []

    def _labels(self, question: Question[Any]) -> Iterator[str]:
        return map(self.hearing.plain, in_all_languages(question.label))

    def _names(self, plain: str, question: Question[Any]) -> bool:
        labels = list(self._labels(question))
        short = [label[:SHORTEST_LABEL] for label in labels if not label.isascii()]
        return any(label in plain for label in (*labels, *short))
