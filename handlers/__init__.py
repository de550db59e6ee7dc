"""The conversations, listed by hand."""

from bot.dialog import Handlers
from handlers import (
    application_care,
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
        application_care.CALL,
        application_care.HAND_IN,
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
        status.TOLD,
        application_care.SHOW,
        application_care.MORE,
        application_care.UNLINK,
        application_care.WHY,
        feedback.HUMAN,
        feedback.ASSISTANT,
        feedback.EMERGENCY,
    ),
    listeners=(feedback.answer_to_staff,),
    commands={"book": "booking"},
)
