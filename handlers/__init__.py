"""The conversations, listed by hand."""

from bot.dialog import Handlers
from handlers import (
    booking,
    checklist,
    crossing,
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
        crossing.JOIN,
        crossing.CARRY_OVER,
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
        crossing.ELSEWHERE,
    ),
    listeners=(feedback.answer_to_staff,),
    commands={"book": "booking"},
    never_answers=frozenset({"elsewhere", "join", "carry_over"}),
)
