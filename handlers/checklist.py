"""One person's papers and steps, each with its source: a message, and a page to print."""

import re

from bot.dialog import (
    Answers,
    Asked,
    Done,
    Flow,
    Heard,
    Option,
    Question,
    Reading,
    Unclear,
    Understood,
)
from bot.dialog.expect import Choice
from bot.domain.checklists import ChecklistLine
from bot.i18n import Text, _, verbatim
from bot.messages import Link, Reply
from bot.services import Turn
from bot.services.checklists import page

AGE_OF_MAJORITY = 18
"""Civil Code, Art. 17."""
_YEARS = re.compile(r"(\d{1,3})(?: ?岁| ?years?(?: old)?)?")


class Age(Choice[str]):
    """Also the age itself: '72', '15岁'."""

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        years = _YEARS.fullmatch(heard.plain)
        if not years or int(years[1]) <= len(self.labels):  # 1 and 2 are choices
            return Unclear()
        return Understood("adult" if int(years[1]) >= AGE_OF_MAJORITY else "child")


WHAT = Question(
    key="what",
    ask=_("What do you want to do?"),
    expect=Choice(
        {
            "first": _("Apply for the first time"),
            "renew": _("Renew the certificate"),
            "lost": _("Replace a lost one"),
            "change": _("Change its kind or level"),
        }
    ),
    label=_("Matter"),
    why=_("Each matter needs other papers."),
)
WHO = Question(
    key="who",
    ask=_("Who hands in the papers?"),
    expect=Choice({"self": _("The person concerned"), "other": _("Family, or somebody else")}),
    label=_("Who applies"),
    why=_("Some places want a paper from whoever comes in the person's place."),
)
AGE = Question(
    key="age",
    ask=_("Is the person 18 or older?"),
    expect=Age({"adult": _("18 or older"), "child": _("Under 18")}),
    label=_("Age"),
    why=_("For people under 18 the guardian's papers are needed, and there is no public notice."),
)
KIND = Question(
    key="kind",
    ask=_("Which kind of disability is it about?"),
    expect=Choice(
        {
            "body": _("Physical"),
            "sight": _("Visual"),
            "hearing": _("Hearing or speech"),
            "mind": _("Intellectual or mental"),
            "unsure": _("Several, or not sure"),
        }
    ),
    label=_("Kind"),
    why=_("Each kind is assessed with other records. It is only used for this list."),
    sensitive=True,
)
HOUSEHOLD = Question(
    key="household",
    ask=_("Where is the household registered?"),
    expect=Choice(
        {
            "here": _("Here, where the person lives"),
            "province": _("Elsewhere in Guangdong"),
            "away": _("In another province"),
        }
    ),
    label=_("Household"),
    why=_("It decides which federation is in charge."),
)
TRAVEL = Question(
    key="travel",
    ask=_("Can the person travel to the assessment?"),
    expect=Choice({"yes": _("Yes, with or without help"), "no": _("No, it is not possible")}),
    label=_("Travel"),
    why=_("Who cannot travel may be visited at home."),
)
QUESTIONS = (WHAT, WHO, AGE, KIND, HOUSEHOLD, TRAVEL)


def finish(answers: Answers, turn: Turn) -> Done:
    """Exactly this person's lines; nothing of the answers is kept."""
    given = {question.key: answers[question] for question in QUESTIONS}
    found = turn.known.checklist.of(given)
    language = answers.language
    address = turn.address_of(page(given, language))
    reply = Reply(
        heading=_("Your list"),
        items=(
            _("What to bring"),
            *(line_of(line, language) for line in found.papers),
            _("What to do"),
            *(line_of(line, language) for line in found.steps),
        ),
        caution=_(
            "Places differ. Please ask the federation of your county, or call 12345, before you go."
        ),
        sources=(
            *map(verbatim, found.rests(language)),
            _("checked on {date}").fill(date=found.checked),
        ),
        link=Link(address, _("The same list to print:")) if address else None,
    )
    options = [Option("human", _("Talk to a person")), Option("_menu", _("Main menu"))]
    if given["travel"] == "no":
        options.insert(0, Option("booking", _("Book a home visit")))
    return Done(reply, tuple(options))


def line_of(line: ChecklistLine, language: str) -> Text:
    return _("· {words} ({source})").fill(words=line.words[language], source=line.source[language])


CHECKLIST = Flow(
    name="checklist",
    title=_("your list"),
    questions=QUESTIONS,
    finish=finish,
    opening=_("Six short questions, and you get the list for this very case."),
)
