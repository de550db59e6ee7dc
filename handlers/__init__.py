"""The conversations, listed by hand."""

from bot.dialog import Handlers
from handlers import (
    afterwards,
    booking,
    checklist,
    feedback,
    mine,
    my_data,
    policy,
    small_talk,
    start,
    status,
)

HANDLERS = Handlers(
    flows=(
        booking.BOOKING,
        mine.MOVE_BOOKING,
        mine.CANCEL_BOOKING,
        status.STATUS,
        checklist.CHECKLIST,
        feedback.FEEDBACK,
        feedback.NOTE,
        my_data.ERASE,
    ),
    answerers=(
        start.START,
        start.MENU_ANSWERER,
        start.LANGUAGE,
        start.PREFERENCES,
        policy.POLICY,
        small_talk.SMALL_TALK,
        mine.MINE,
        feedback.HUMAN,
        feedback.ASSISTANT,
        feedback.EMERGENCY,
        afterwards.SETTLED_ANSWERER,
        afterwards.VOICE,
    ),
    listeners=(feedback.answer_to_staff,),
    first=(afterwards.answer_to_settled,),
    last=(afterwards.reopens,),
    commands={"book": "booking"},
)
