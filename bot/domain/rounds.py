"""The order of a round: whom a team visits first, second … in half a day.

With coordinates of every door, distances run along the earth. Without, they are steps through the
divisions: within a street, to a neighbouring street, to another street of the county. Which
streets touch each other is what staff gave; where nothing is given, streets whose codes follow
each other are taken for neighbours, because a county numbers its streets along the map. That is a
guess, and `Round.by` says on what an order rests: a driver knows better.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

EXACT = 11
"""So many stops are ordered perfectly (Held and Karp, 1962: n² · 2ⁿ steps), more of them well."""
EARTH = 6_371_000.0
"""Mean radius in metres (IUGG)."""
SAME_STREET, NEIGHBOURS, CODES_FOLLOW, COUNTY, CITY = 0.5, 2.0, 3.0, 8.0, 30.0
"""Lengths between two streets; only which is longer matters."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


class By(StrEnum):
    """What an order rests on."""

    COORDINATES = "coordinates"
    NEIGHBOURS = "neighbours"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Stop:
    """One door."""

    key: str
    """The booking's number."""
    street: str
    at: Point | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The stops in visiting order."""

    stops: tuple[Stop, ...]
    by: By
    metres: int | None = None
    """As the crow flies, from the start to the last door; None without coordinates."""


def plan(
    stops: Sequence[Stop],
    start: Point | None = None,
    neighbours: Mapping[str, Collection[str]] | None = None,
    points: Mapping[str, Point] | None = None,
) -> Round:
    """The shortest round from `start` (or from wherever is best), not back again.

    `neighbours` lists for a street those that touch it, `points` where its middle is; both from
    staff. The same stops give the same order, however they came in.
    """
    ordered = sorted(stops, key=lambda stop: (stop.street, stop.key))
    middles = points or {}
    placed = {stop.key: stop.at or middles.get(stop.street) for stop in ordered}
    if ordered and all(placed.values()):
        doors = [point for stop in ordered if (point := placed[stop.key])]
        lengths = [[metres(one, other) for other in doors] for one in doors]
        first = [metres(start, door) if start else 0.0 for door in doors]
        path = _shortest(lengths, first)
        total = first[path[0]] + sum(lengths[a][b] for a, b in pairwise(path))
        return Round(tuple(ordered[at] for at in path), By.COORDINATES, round(total))
    graph = _streets({stop.street for stop in ordered}, neighbours or {})
    lengths = [[_steps(graph, one.street, other.street) for other in ordered] for one in ordered]
    path = _shortest(lengths, [0.0] * len(ordered))
    by = By.NEIGHBOURS if neighbours else By.CODES
    return Round(tuple(ordered[at] for at in path), by)


def metres(one: Point, other: Point) -> float:
    """Along the earth (haversine)."""
    latitude, longitude = math.radians(one[0]), math.radians(one[1])
    latitude2, longitude2 = math.radians(other[0]), math.radians(other[1])
    half = (
        math.sin((latitude2 - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(latitude2) * math.sin((longitude2 - longitude) / 2) ** 2
    )
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def _streets(wanted: Collection[str], neighbours: Mapping[str, Collection[str]]) -> "nx.Graph":
    """Streets, and the counties and cities around them as crossings between far ones."""
    import networkx as nx  # noqa: PLC0415 - 30 MB that only who plans a round should pay

    graph = nx.Graph()
    for street, touching in neighbours.items():
        for other in touching:
            graph.add_edge(street, other, length=NEIGHBOURS)
    for one, other in pairwise(sorted(wanted)):
        if one[:6] == other[:6] and not graph.has_edge(one, other):
            apart = int(other[6:] or 0) - int(one[6:] or 0)
            graph.add_edge(one, other, length=min(CODES_FOLLOW * apart, COUNTY))
    for street in set(wanted) | set(graph.nodes):
        graph.add_edge(street, street[:6] or street, length=COUNTY / 2)
        graph.add_edge(street[:6], street[:4], length=CITY / 2)
    return graph


def _steps(graph: "nx.Graph", one: str, other: str) -> float:
    import networkx as nx  # noqa: PLC0415

    if one == other:
        return SAME_STREET
    try:
        return float(nx.shortest_path_length(graph, one, other, weight="length"))
    except nx.NetworkXNoPath:
        return 4 * CITY


def _shortest(lengths: Sequence[Sequence[float]], first: Sequence[float]) -> list[int]:
    """The indices in the order of the shortest open path; `first` is what reaching each costs."""
    if len(lengths) <= EXACT:
        return _exactly(lengths, first)
    import networkx as nx  # noqa: PLC0415

    nowhere = len(lengths)  # a node from which every door is as far as from the start
    graph = nx.Graph()
    for one, row in enumerate(lengths):
        graph.add_edge(nowhere, one, length=first[one])
        graph.add_weighted_edges_from(
            ((one, other, length) for other, length in enumerate(row) if other != one),
            weight="length",
        )
    greedy = nx.approximation.greedy_tsp(graph, weight="length", source=nowhere)
    return _mended(greedy[1:-1], lengths, first)


def _exactly(lengths: Sequence[Sequence[float]], first: Sequence[float]) -> list[int]:
    count = len(lengths)
    if not count:
        return []
    best: dict[tuple[int, int], tuple[float, int]] = {
        (1 << at, at): (first[at], -1) for at in range(count)
    }
    for visited in range(1, 1 << count):
        for last in range(count):
            known = best.get((visited, last))
            if known is None:
                continue
            for after in range(count):
                if visited >> after & 1:
                    continue
                key = (visited | 1 << after, after)
                length = known[0] + lengths[last][after]
                if key not in best or length < best[key][0]:
                    best[key] = (length, last)
    everything = (1 << count) - 1
    last = min(range(count), key=lambda at: best[everything, at][0])
    path: list[int] = []
    visited = everything
    while last >= 0:
        path.append(last)
        before = best[visited, last][1]
        visited ^= 1 << last
        last = before
    return path[::-1]


def _mended(
    path: list[int], lengths: Sequence[Sequence[float]], first: Sequence[float]
) -> list[int]:
    """Turned around in parts as long as that makes it shorter (2-opt, Croes 1958)."""

    def total(way: Iterable[int]) -> float:
        found = list(way)
        return first[found[0]] + sum(lengths[a][b] for a, b in pairwise(found))

    shortest = total(path)
    improved = True
    while improved:
        improved = False
        for begin in range(len(path) - 1):
            for end in range(begin + 2, len(path) + 1):
                turned = [*path[:begin], *reversed(path[begin:end]), *path[end:]]
                if (length := total(turned)) < shortest - 1e-9:
                    path, shortest, improved = turned, length, True
    return path
