"""How sure an answer is: two chances, from four figures of what was found.

The weights are those of two logistic regressions over benchmarks/calibration.tsv: `python -m
benchmarks.calibrate` fits and prints them. No question of the evaluation was used.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """All are logarithms of likelihoods over the square root of the question's words."""

    fit: float
    """Of the best answer."""
    lead: float
    """Of the best answer over the second."""
    length: float
    """The logarithm of the number of words."""
    ours: float
    """That the words are of a question for us, not for another office."""


Weights = tuple[float, float, float, float, float]
"""Of the four figures, and what is added."""
IS_OURS: Weights = (1.041, -0.169, -0.024, 1.589, -3.72)
IS_RIGHT: Weights = (0.963, 0.094, -0.345, 0.856, -4.127)


def chance(evidence: Evidence, weights: Weights) -> float:
    """From 0 to 1."""
    figures = (evidence.fit, evidence.lead, evidence.length, evidence.ours, 1.0)
    told = sum(a * b for a, b in zip(figures, weights, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, told))))
