"""Looking for words in sealed items: a keyed index of neighbouring characters.

What may be learnt from it without the key, and why it is enough: docs/decisions/0009.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, func, select

from bot.storage.db import insert_unless_there
from bot.storage.tables import ticket_messages, ticket_words, tickets
from bot.storage.ticket_letters import words_of
from bot.storage.ticket_queue import within
from bot.storage.vault import vault_of

BITS = 20
"""Of a token: some pairs share one, on purpose; what is found is checked against the words."""
MOST_PAIRS = 2000
"""Of one message."""
CANDIDATES = 400
"""The newest so many items that have all tokens are opened and read."""


def pairs(bare: str) -> set[str]:
    """All neighbouring characters of a bare text."""
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def add(connection: Connection, ticket_id: int, bare: str) -> None:
    """What was said in an item can be found from now on."""
    rows = [{"token": token, "ticket_id": ticket_id} for token in _tokens(connection, pairs(bare))]
    if rows:
        connection.execute(insert_unless_there(connection, ticket_words), rows)


def find(
    connection: Connection, region: str, terms: Iterable[str], bare_of: Callable[[str], str]
) -> list[int]:
    """Ids of the newest items of the region in which every one of these bare terms was said."""
    wanted = list(terms)
    tokens = _tokens(connection, {pair for term in wanted for pair in pairs(term)})
    if not tokens:
        return []
    having = (
        select(ticket_words.c.ticket_id)
        .where(ticket_words.c.token.in_(tokens))
        .group_by(ticket_words.c.ticket_id)
        .having(func.count() == len(tokens))
    )
    candidates = connection.execute(
        select(tickets.c.id)
        .where(tickets.c.id.in_(having), within(region))
        .order_by(tickets.c.id.desc())
        .limit(CANDIDATES)
    ).scalars()
    said = _said(connection, list(candidates), bare_of)
    return [one for one, words in said.items() if all(term in words for term in wanted)]


def alike(connection: Connection, bare: str, among: Iterable[int]) -> dict[int, float]:
    """How much of this text's pairs each of these items shares, from 0 to 1."""
    tokens = _tokens(connection, pairs(bare))
    if not tokens:
        return {}
    rows = connection.execute(
        select(ticket_words.c.ticket_id, func.count())
        .where(ticket_words.c.token.in_(tokens), ticket_words.c.ticket_id.in_(list(among)))
        .group_by(ticket_words.c.ticket_id)
    )
    return {ticket_id: count / len(tokens) for ticket_id, count in rows}


def _said(connection: Connection, ids: list[int], bare_of: Callable[[str], str]) -> dict[int, str]:
    rows = connection.execute(
        select(ticket_messages)
        .where(
            ticket_messages.c.ticket_id.in_(ids),
            ticket_messages.c.who.in_(("person", "staff", "bot", "note")),
        )
        .order_by(ticket_messages.c.ticket_id.desc(), ticket_messages.c.id)
    )
    said: dict[int, str] = {}
    for row in rows:
        words = bare_of(words_of(connection, row))
        said[row.ticket_id] = f"{said.get(row.ticket_id, '')}\n{words}"
    return said


def _tokens(connection: Connection, wanted: set[str]) -> list[int]:
    vault = vault_of(connection)
    kept = sorted(wanted)[:MOST_PAIRS]
    return sorted({int(vault.finding("pair", one)[:8], 16) >> (32 - BITS) for one in kept})
