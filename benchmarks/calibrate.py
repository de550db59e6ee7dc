"""Fits the weights of bot/understanding/confidence.py: `python -m benchmarks.calibrate`.

Two logistic regressions over the questions of benchmarks/calibration.tsv, which were written
without a look at the content: is it ours, is it right? The evaluation uses other questions.
"""

from dataclasses import astuple
from typing import Any

import numpy as np

from benchmarks.questions import CALIBRATION, questions
from bot.known import load_pack
from bot.understanding.index import Index, ways_to_ask

RIDGE = 1.0


def fitted(figures: Any, wanted: Any) -> tuple[float, ...]:
    """Weights and what is added, by Newton's method; a ridge on all but what is added."""
    design = np.column_stack([figures, np.ones(len(figures))])
    ridge = np.diag([RIDGE] * figures.shape[1] + [0.0])
    weights = np.zeros(design.shape[1])
    for _step in range(30):
        chances = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (wanted - chances) - ridge @ weights
        curve = (design * (chances * (1 - chances))[:, None]).T @ design + ridge
        weights += np.linalg.solve(curve, slope)
    return tuple(round(float(one), 3) for one in weights)


def main() -> None:
    pack = load_pack()
    index = Index(ways_to_ask(pack), pack.strangers)
    asked = questions(CALIBRATION)
    looked = [index.look(one.words) for one in asked]
    figures = np.array([astuple(evidence) for _found, evidence in looked])
    ours = np.array([bool(one.ids) for one in asked], float)
    right = [
        bool(found) and found[0].id in one.ids
        for one, (found, _evidence) in zip(asked, looked, strict=True)
    ]
    print("IS_OURS: Weights =", fitted(figures, ours))
    print("IS_RIGHT: Weights =", fitted(figures, np.array(right, float)))


if __name__ == "__main__":
    main()
