"""Questions about the certificate: the answer first, then its source and the next step.

No sentence here is invented: all answers stand in content/, with sources and a date.
"""

from dataclasses import replace

from bot.dialog import Answered, Answerer, Option, Request
from bot.domain.articles import Article, Confidence, Source
from bot.i18n import Text, _, verbatim
from bot.messages import Link, Reply
from bot.services import Turn

A_PAGE = 5
"""Titles of one list: with 'more' and 'menu' that is what fits a small screen."""
SHOWN_RELATED = 3
OTHERS = 3
LONGEST_WORDS = 120
"""Of a question that goes along with an option."""

TOPICS: dict[str, Text] = {
    "cert": _("About the certificate"),
    "apply": _("Applying for it"),
    "assess": _("The assessment"),
    "home": _("Assessment at home"),
    "manage": _("Renew, change, lost"),
    "cross": _("Across provinces"),
    "benefit": _("What it gives you"),
    "special": _("Particular people"),
    "rights": _("Access and rights"),
    "service": _("About this service"),
}
NEXT_STEPS: dict[str, Option] = {
    "book": Option("booking", _("Book a home visit")),
    "status": Option("status", _("Check an application")),
    "feedback": Option("feedback", _("Feedback or complaint")),
    "checklist": Option("checklist", _("A list for my case")),
    "human": Option("human", _("Talk to a person")),
}
MENU = Option("_menu", _("Main menu"))


def policy(request: Request, turn: Turn) -> Answered:
    """By menu ('topics', 'topic:cert:1'), by id ('cert.what', 'more:cert.what'), or by words.

    What was asked goes along ('cert.what:有什么用', 'no:cert.what:有什么用', 'none:有什么用').
    """
    what, _colon, which = request.argument.partition(":")
    if what == "topics" or (not what and request.text.startswith("/")):
        return topics(turn)
    if what == "topic":
        topic, _colon, page = which.partition(":")
        return titles(topic, int(page) if page.isdecimal() else 0, request.language, turn)
    if what == "none":
        return unknown(which, request, turn)
    if what in AFTER:
        article_id, _colon, words = which.partition(":")
        article = turn.articles.article(article_id, request.language)
        return AFTER[what](article, words, request, turn) if article else not_found()
    if what:
        article = turn.articles.article(what, request.language)
        return answer(article, which, request, turn) if article else not_found()
    return search(request, turn)


def search(request: Request, turn: Turn) -> Answered:
    """Three outcomes: the answer, 'did you mean', or the honest 'I do not know'."""
    finding = turn.articles.find(request.text, request.language)
    found = [turn.articles.article(one, request.language) for one in finding.ids]
    articles = [article for article in found if article]
    words = request.text[:LONGEST_WORDS]
    if not articles:
        return unknown(words, request, turn)
    if finding.sure:
        return answer(articles[0], words, request, turn)
    options = tuple(
        Option(f"policy:{article.id}:{words}", verbatim(article.title)) for article in articles[:3]
    )
    return Answered(
        Reply(
            paragraphs=(_("I am not sure that I understood you."),),
            question=_("Did you mean one of these?"),
        ),
        (*options, Option(f"policy:none:{words}", _("None of these")), NEXT_STEPS["human"], MENU),
    )


def answer(article: Article, words: str, request: Request, turn: Turn) -> Answered:
    """The answer as it is shown, and what to do next; `words`: what was asked, '' from a list."""
    options: list[Option] = []
    if article.sections:
        options.append(Option(f"policy:more:{article.id}:{words}", _("Details")))
    options += steps(article, request.language, turn)
    said = shown(article, request.language, plain=request.prefers.plain)
    reply = replace(said, question=_("Is this what you needed?"))
    return Answered(reply, tuple(dict.fromkeys((*options, *verdict(article, words)))))


def verdict(article: Article, words: str) -> tuple[Option, ...]:
    """Was it what was needed: yes, not quite, or ask a person."""
    return (
        Option(f"policy:yes:{article.id}", _("Yes, it is")),
        Option(f"policy:no:{article.id}:{words}", _("Not quite")),
        NEXT_STEPS["human"],
        MENU,
    )


def steps(article: Article, language: str, turn: Turn) -> list[Option]:
    """What its author put next: a conversation, or another answer."""
    options: list[Option] = []
    for step in article.next_steps:
        kind, _colon, which = step.partition(":")
        if kind in NEXT_STEPS and kind != "human":
            options.append(NEXT_STEPS[kind])
        elif kind == "answer":
            options += titled((which,), language, turn)
    return options


def needed(article: Article, words: str, request: Request, turn: Turn) -> Answered:
    """'Yes': what people ask next."""
    related = titled(article.related[:SHOWN_RELATED], request.language, turn)
    said = _("Good. If anything else comes up, just write it.")
    question = _("Would you like to know one of these as well?") if related else None
    return Answered(Reply(paragraphs=(said,), question=question), (*related, MENU))


def not_quite(article: Article, words: str, request: Request, turn: Turn) -> Answered:
    """'Not quite': kept for the staff who write the answers; the nearest others are offered."""
    turn.questions.note(words or article.title, request.language, shown=article.id)
    near = turn.articles.find(words, request.language).ids if words else ()
    others = [one for one in dict.fromkeys((*near, *article.related)) if one != article.id]
    reply = Reply(
        paragraphs=(
            _("I am sorry. I have noted your question, so that this answer becomes better."),
            _("You can also ask again in other words."),
        ),
        question=_("Is it one of these?"),
    )
    options = titled(tuple(others[:OTHERS]), request.language, turn)
    return Answered(reply, (*options, NEXT_STEPS["human"], MENU))


def shown(article: Article, language: str, *, plain: bool = False) -> Reply:
    """Short answer, caution where it is to be confirmed, sources and date."""
    told = (article.plain if plain else ()) or (article.answer,)
    paragraphs = [verbatim(one) for one in told]
    if article.language != language:
        paragraphs.insert(0, _("This answer is not translated yet. Here it is in Chinese."))
    return Reply(
        heading=verbatim(article.title),
        paragraphs=tuple(paragraphs),
        caution=caution(article),
        sources=sources(article),
    )


def titled(ids: tuple[str, ...], language: str, turn: Turn) -> list[Option]:
    """Choices that lead to other answers."""
    found = (turn.articles.article(one, language) for one in ids)
    return [Option(f"policy:{article.id}", verbatim(article.title)) for article in found if article]


def caution(article: Article) -> Text | None:
    if article.confidence is Confidence.CONFIRMED:
        return None
    return _(
        "Part of this is not confirmed or differs from place to place. "
        "Please ask the federation of your county, or call 12345, before you go."
    )


def sources(article: Article) -> tuple[Text, ...]:
    """What it rests on, the first since when, and when that was last checked (rule C39)."""
    lines = [source_line(source) for source in article.sources]
    if article.effective:
        lines.insert(1, _("in force since {date}").fill(date=article.effective))
    return (*lines, _("checked on {date}").fill(date=article.checked))


def source_line(source: Source) -> Text:
    parts = (source.title, source.number, source.article)
    return verbatim(" ".join(part for part in parts if part))


def source_link(article: Article) -> Link | None:
    """To the first source that can be opened."""
    links = (source.link for source in article.sources if source.link)
    return next((Link(link, _("You can read the source here:")) for link in links), None)


def details(article: Article, words: str, request: Request, turn: Turn) -> Answered:
    """The sections, each as its heading and its lines."""
    items: list[Text] = []
    for section in article.sections:
        items.append(verbatim(section.heading))
        items += [verbatim(f"· {line}") for line in section.lines]
    reply = Reply(
        heading=verbatim(article.title),
        items=tuple(items),
        caution=caution(article),
        sources=sources(article),
        link=source_link(article),
        question=_("Is this what you needed?"),
    )
    options = (*steps(article, request.language, turn), *verdict(article, words))
    return Answered(reply, tuple(dict.fromkeys(options)))


def topics(turn: Turn) -> Answered:
    topics = (Option(f"policy:topic:{one}", TOPICS[one]) for one in turn.articles.topics())
    options = (*topics, NEXT_STEPS["checklist"])
    reply = Reply(
        paragraphs=(_("You can also just write your question."),),
        question=_("What is it about?"),
    )
    return Answered(reply, options)


def titles(topic: str, page: int, language: str, turn: Turn) -> Answered:
    """One page of the answers of a topic."""
    articles = turn.articles.topic(topic, language)
    shown = articles[page * A_PAGE : (page + 1) * A_PAGE]
    if not shown:
        return topics(turn)
    options = [Option(f"policy:{article.id}", verbatim(article.title)) for article in shown]
    if len(articles) > (page + 1) * A_PAGE:
        options.append(Option(f"policy:topic:{topic}:{page + 1}", _("More questions")))
    return Answered(
        Reply(heading=TOPICS[topic], question=_("Which question is yours?")),
        (*options, MENU),
    )


def unknown(words: str, request: Request, turn: Turn) -> Answered:
    """Kept for the staff who write the answers; a person is offered."""
    turn.questions.note(words, request.language)
    return not_found()


def not_found() -> Answered:
    """Never a made-up fact: the question is said to have no answer."""
    return Answered(
        Reply(
            paragraphs=(
                _("I have no checked answer to that, and I do not want to guess."),
                _("A person can answer you here. You can also call 12345."),
            ),
            question=_("What would you like to do?"),
        ),
        (
            Option("human", _("Pass it to a person")),
            Option("policy:topics", _("See all questions")),
            MENU,
        ),
    )


AFTER = {"more": details, "yes": needed, "no": not_quite}
"""What can be said to an answer, by the first word of the option's argument."""
POLICY = Answerer("policy", policy)
