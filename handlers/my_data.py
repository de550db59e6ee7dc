"""What is kept of a person, and its deletion (PIPL Art. 44-47)."""

from bot.dialog import Answers, Done, Flow, Question
from bot.dialog.expect import YesNo
from bot.i18n import _
from bot.messages import Reply
from bot.services import Turn

SURE = Question(
    key="sure",
    ask=_("Shall I delete everything that you and I have said in this chat?"),
    expect=YesNo(),
    label=_("Delete"),
    why=_("It cannot be taken back, so I ask once more."),
    hint=_("Please say 'yes' or 'no'."),
)


def erase(answers: Answers, turn: Turn) -> Done:
    """Tickets and bookings stay with the federation, without a link to this chat."""
    if not answers[SURE]:
        return Done(Reply(paragraphs=(_("Good: nothing was deleted."),)))
    turn.privacy.erase_history(turn.conversation_id)
    return Done(
        Reply(
            paragraphs=(
                _("Everything said in this chat has been deleted from our system."),
                _("Bookings and letters already with the staff stay there. Ask them by 'human'."),
            )
        ),
        forget=True,
    )


ERASE = Flow(
    name="erase",
    title=_("deleting my data"),
    questions=(SURE,),
    finish=erase,
    review=None,
)
