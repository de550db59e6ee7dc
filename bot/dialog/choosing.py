"""Ways to choose: a button, a number, a label or a clear part of it; all lead to one place."""

import re
from dataclasses import replace
from typing import Any

from bot.dialog import asking
from bot.dialog.answering import Answering
from bot.dialog.question import (
    Option,
    Question,
    Reading,
    Unclear,
)
from bot.dialog.state import Frame, Offer
from bot.i18n import _, in_all_languages

STANDING = "!"
"""A token that begins so names its conversation itself: a notice's choice, of no turn."""
SHORTEST_PART, SHORTEST_WORD = 2, 3
"""Characters of a label that say clearly enough which one is meant; in Latin letters."""
SHORTEST_BEGINNING = 5
"""Letters after which a word may go on: 'anonymous' names 'anonymously'."""
_CLAUSE = re.compile(r"[,，、;；:：.。!！]")


class Choosing(Answering):
    """Every choice that was shown is kept in the conversation, and checked against it."""

    def hear_tap(self, token: str) -> None:
        """A button: the choice that it was drawn for, checked against what is open now."""
        if token.startswith(STANDING):
            self.open_by(token.removeprefix(STANDING))
            return
        for offer in self.talk.conversation.offers:
            for at, option in enumerate(offer.options):
                if token == f"{offer.number}.{at}":
                    self.choose(offer, option, tapped=True)
                    return
        self.old_button()

    def hear_choice(self, text: str) -> bool:
        """A number or (a clear part of) a label among the choices that were shown last."""
        offers = self.talk.conversation.offers
        if not offers or offers[-1].number != self.talk.conversation.offered:
            return False
        offer = offers[-1]
        number = self.hearing.number(text)
        if number is not None and 1 <= number <= len(offer.options):
            self.choose(offer, offer.options[number - 1])
            return True
        question = self.open_question()
        if (
            number is not None
            and offer.options
            and not (question and question.expect.takes_anything)
        ):
            read = question and question.expect.read(self.heard(text), self.asked(question))
            if read is None or isinstance(read, Unclear):
                self.miss(
                    _("Please choose a number from 1 to {count}.").fill(count=len(offer.options))
                )
                return True
        option = self.option_named(text, offer)
        if option:
            self.choose(offer, option)
            return True
        return offer.question == asking.REVIEW and self.hear_verdict(text, offer)

    def option_named(self, text: str, offer: Offer) -> Option | None:
        """The option whose label is this, or the only one that is clearly meant by it."""
        plain, agrees = self.hearing.plain(text), self.hearing.yes_no(text)
        meant: list[Option] = []
        for option in offer.options:
            labels = self.labels_of(option)
            plain_labels = [self.hearing.plain(label) for label in labels]
            if plain in plain_labels:
                return option
            if agrees is None:
                named = any(names(plain, label) for label in plain_labels)
            else:  # 'ok' is no part of a label: it answers 'yes, it is'
                first = (_CLAUSE.split(label, maxsplit=1)[0] for label in labels)
                named = any(self.hearing.yes_no(clause) is agrees for clause in first)
            if named:
                meant.append(option)
        return meant[0] if len(meant) == 1 else None

    def labels_of(self, option: Option) -> list[str]:
        """In all languages; whatever a flow calls its sending, 'send it' is understood."""
        said = [option.label]
        if option.value.startswith(asking.CONFIRM):
            said.append(asking.SEND_IT)
        return [words for one in said for words in in_all_languages(one)]

    def hear_verdict(self, text: str, offer: Offer) -> bool:
        """'Is everything right?' Yes sends it, no leads to the changes; there 'no' leads back."""
        agrees = self.hearing.yes_no(text)
        sends = next((one for one in offer.options if one.value.startswith(asking.CONFIRM)), None)
        frame = self.talk.conversation.top
        if frame is None or agrees is None or (agrees and not sends):
            return False
        if agrees and sends:
            self.choose(offer, sends)
        elif sends:
            hide = self.carrying.by_link
            asking.review(self.talk, self.flow_of(frame), hide=hide, changing=True)
        return True

    def choose(self, offer: Offer, option: Option, *, tapped: bool = False) -> None:
        """One way for a tap, a number and a label alike."""
        if tapped:
            self.talk.echo = _("You chose: {choice}.").fill(choice=option.label)
        frame = self.talk.conversation.top
        if not offer.flow:
            self.open_by(option.value)
        elif frame is None or frame.flow != offer.flow:
            self.old_button()
        elif offer.question == asking.REVIEW:
            self.choose_at_review(frame, option.value)
        elif offer.question == asking.CONSENT:
            self.choose_consent(option.value)
        else:
            self.choose_answer(frame, offer, option)

    def choose_at_review(self, frame: Frame, value: str) -> None:
        flow = self.flow_of(frame)
        if value == f"{asking.CONFIRM}{frame.digest()}" and not asking.next_question(flow, frame):
            self.finish(flow, frame)
            return
        key = value.removeprefix(asking.CHANGE)
        if key in frame.answered():
            self.keep(replace(frame, asking=key, partial=None, misses=0))
        else:
            self.old_button()

    def choose_consent(self, value: str) -> None:
        if value == asking.AGREE:
            self.talk.conversation = replace(self.talk.conversation, consented=True)
        else:
            self.close()
            self.open_by("human")

    def choose_answer(self, frame: Frame, offer: Offer, option: Option) -> None:
        flow = self.flow_of(frame)
        question = next((q for q in flow.questions if q.key == offer.question), None)
        current = self.open_question()
        if option.value == asking.HUMAN:
            self.open_by("human")
        elif question is None or (question is not current and question.key not in frame.answered()):
            self.old_button()
        elif option.value == asking.SKIP:
            self.keep(frame.with_answer(question.key, None, question.changes))
        else:
            if question is not current:
                self.keep(replace(frame, asking=question.key, partial=None, misses=0))
            self.take(question, self.picked(question, option.value))

    def picked(self, question: Question[Any], value: str) -> Reading[Any]:
        if not value.startswith(asking.KNOWN):
            return question.expect.pick(value, self.asked(question))
        known = dict(self.talk.conversation.known).get(question.remember or question.recalls, ())
        at = int(value.removeprefix(asking.KNOWN))
        if at >= len(known):
            return Unclear()
        return question.expect.recall(known[at], self.asked(question))

    def hear_answer(self, text: str) -> bool:
        """The question being asked reads it; an open one lets a question back pass."""
        question = self.open_question()
        if question is None or not self.may_ask(question):
            return False
        if question.expect.polite and self.hearing.is_rude(text):
            return False
        asks_us = question.expect.takes_anything and not question.expect.for_people
        if asks_us and self.hearing.is_question(text):
            intent = self.hearing.intent(text, self.talk.conversation.language)
            if intent and intent.sure:
                return False
        return self.read(question, self.heard(text))


def names(part: str, label: str) -> bool:
    """A clear part of a label; of Latin letters whole words: 'visit', but not the 'it' in it."""
    if part not in label or len(part) < (SHORTEST_WORD if part.isascii() else SHORTEST_PART):
        return False
    before = "(?<![a-z0-9])" if part[0].isascii() else ""
    whole = part[-1].isascii() and len(part) < SHORTEST_BEGINNING
    after = "(?![a-z0-9])" if whole else ""
    return re.search(f"{before}{re.escape(part)}{after}", label) is not None
