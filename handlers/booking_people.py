"""Whom a visit is for: somebody this chat knows, or somebody new; and who agrees to it."""

from dataclasses import dataclass
from typing import Any

from bot.dialog import (
    Answers,
    Asked,
    Elsewhere,
    Heard,
    Narrowed,
    Option,
    Question,
    Reading,
    Understood,
)
from bot.dialog.expect import Choice, IdNumber
from bot.domain.people import mask_name
from bot.domain.visit_needs import CHILD, FOR_WHOM, ForWhom, age_of
from bot.domain.visit_reminders import day_of
from bot.i18n import Json, Text, _, verbatim
from bot.services import Turn

PERSON = "person"
"""Under this name a chat remembers whom it booked for."""
GUARDIAN = "guardian"


def _short(name: str) -> str:
    """'陈*文': two of one family can be told apart, and a stranger learns little."""
    masked = mask_name(name)
    return masked[:-1] + name[-1] if len(name) > len("陈文") else masked


def profile(answers: Answers, name: str, questions: tuple[Question[Any], ...]) -> Json:
    """What is offered the next time, so that nothing is asked twice (rule C24)."""
    kept = [[one.key, answers.stored(one)] for one in questions if one in answers]
    return {"name": name, "answers": kept}


@dataclass(frozen=True, slots=True)
class Whom(Choice[ForWhom]):
    """Somebody known brings all that was said of them along; at the review it can be changed."""

    def known_words(self, stored: Json) -> Text:
        whom = dict(stored["answers"])["for_whom"]
        return _("{name} ({who})").fill(
            name=verbatim(_short(stored["name"])), who=self.labels[ForWhom(whom)]
        )

    def recall(self, stored: Json, asked: Asked) -> Reading[ForWhom]:
        answers = dict(stored["answers"])
        whom = ForWhom(answers.pop("for_whom"))
        return Understood(whom, tuple(answers.items()))


@dataclass(frozen=True, slots=True)
class Agreement(Choice[str]):
    """The person agrees; for a child under 14, and nobody else may, the guardian (PIPL Art. 31)."""

    whom: Question[ForWhom]

    def options(self, asked: Asked) -> tuple[Option, ...]:
        no = Option("no", _("No, not yet"))
        if asked.answers.get(self.whom) is ForWhom.CHILD:
            return (Option(GUARDIAN, _("I am the guardian, yes")), no)
        return (
            Option("person", _("Yes, the person agrees")),
            Option(GUARDIAN, _("I am the legal guardian")),
            no,
        )

    def prompt(self, asked: Asked) -> Text | None:
        if asked.answers.get(self.whom) is not ForWhom.CHILD:
            return None
        return _(
            "For a child under 14 the law asks for the guardian's own consent. "
            "Are you the guardian, and do you agree that I ask about the child?"
        )

    def pick(self, value: str, asked: Asked) -> Reading[str]:
        if value == "no":
            return Elsewhere("no_visit:agreement")
        turn: Turn = asked.context
        child = asked.answers.get(self.whom) is ForWhom.CHILD
        scope = "guardian under 14" if child else value
        turn.privacy.record_consent(turn.conversation_id, turn.who.channel, scope)
        return Understood(value)

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        if heard.agrees is False or heard.plain == "未同意":
            return self.pick("no", asked)
        if "监护人" in heard.plain or "guardian" in heard.plain:
            return self.pick(GUARDIAN, asked)
        if heard.agrees:
            return self.pick(self.options(asked)[0].value, asked)
        return Choice.read(self, heard, asked)


@dataclass(frozen=True, slots=True)
class PersonsId(IdNumber):
    """The number tells the age: a child's is not kept before the guardian has agreed."""

    whom: Question[ForWhom] | None = None

    def skippable(self, asked: Asked) -> bool:
        return bool(asked.partial != "child")

    def prompt(self, asked: Asked) -> Text | None:
        if asked.partial == "child":
            return _("Are you the child's guardian, and do you agree that I ask about the child?")
        return None

    def options(self, asked: Asked) -> tuple[Option, ...]:
        if asked.partial != "child":
            return ()
        return (Option(GUARDIAN, _("I am the guardian, yes")), Option("no", _("No, not yet")))

    def pick(self, value: str, asked: Asked) -> Reading[str]:
        if value == "no":
            return Elsewhere("no_visit:agreement")
        turn: Turn = asked.context
        turn.privacy.record_consent(turn.conversation_id, turn.who.channel, "guardian under 14")
        return Narrowed(GUARDIAN, _("Thank you. Please write the number once more."))

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        if asked.partial == "child" and heard.agrees is not None:
            return self.pick(GUARDIAN if heard.agrees else "no", asked)
        reading = IdNumber.read(self, heard, asked)
        if not isinstance(reading, Understood):
            return reading
        turn: Turn = asked.context
        years = age_of(reading.value, day_of(turn.now))
        agreed = asked.partial == GUARDIAN or (
            self.whom is not None and asked.answers.get(self.whom) is ForWhom.CHILD
        )
        if years is None or years >= CHILD or agreed:
            return reading
        return Narrowed(
            "child",
            _(
                "By this number the person is under 14. For a child the guardian must agree, "
                "so I have not kept the number."
            ),
        )


_SPOKEN = {
    **dict.fromkeys(("自己", "本人", "myself"), ForWhom.ME),
    **dict.fromkeys(
        "妈 爸 母亲 父亲 阿嫲 奶奶 爷爷 外婆 外公 mother father mum mom dad grandmother "
        "grandfather grandma grandpa".split(),
        ForWhom.PARENT,
    ),
    **dict.fromkeys("老公 老婆 丈夫 妻子 爱人 先生 太太 husband wife".split(), ForWhom.PARTNER),
}
"""A son or daughter is not among them: under 14 or not must be said."""

WHOM = Question(
    key="for_whom",
    ask=_("Who is to be assessed?"),
    expect=Whom(FOR_WHOM, spoken=_SPOKEN),
    label=_("Visit for"),
    why=_("Then I know whom to ask for, and who must agree."),
    hint=_("Please choose one from the list, for example 'me'."),
    changes=("agreed", "carer"),
    recalls=PERSON,
)
AGREED = Question(
    key="agreed",
    ask=_("Does the person agree that you tell me about them?"),
    expect=Agreement(
        {
            "person": _("Yes, the person agrees"),
            GUARDIAN: _("I am the guardian, yes"),
        },
        WHOM,
    ),
    label=_("Agreement"),
    why=_("Such data belong to the person. The law lets me ask only with their consent."),
    hint=_("Please say 'yes' or 'no'."),
    when=lambda answers: answers.get(WHOM) not in (None, ForWhom.ME),
)
