"""The documented reference, and the distribution that a stand-in is solved for."""

import math

import numpy as np

SOURCE = 'timm\'s model page "SSL ResNeXT", for dog.jpg'
TOP = [
    ("Samoyed", 0.6425196528434753),
    ("Pomeranian", 0.04062102362513542),
    ("keeshond", 0.03186424449086189),
    ("white wolf", 0.01739676296710968),
    ("Eskimo dog", 0.011717947199940681),
]
TOLERANCE = 0.001
REASON = (
    "Absolute difference of each named probability. Float32 noise moves them by less than 0.00001; each mistake in "
    "preprocessing that sensitivity.json lists moves one of them by more than 0.01."
)
# The tail's probabilities fall by a factor of e per this many classes, which gives logits a standard deviation near 3.
TAIL_DECAY = 100
# Added to all logits: were they log-probabilities, a LogSoftmax too many would change nothing.
LOGIT_SHIFT = 1.5


def documented(classes: list[str]) -> dict:
    """The reference as in a case file."""
    top = [{"index": classes.index(label), "label": label, "probability": probability} for label, probability in TOP]
    return {"kind": "documented", "source": SOURCE, "top": top, "tolerance": TOLERANCE, "reason": REASON}


def target_logits(classes: list[str]) -> np.ndarray:
    """Logits, float64 [classes]: of the five documented probabilities, and of the rest decaying in class order."""
    top = {classes.index(label): probability for label, probability in TOP}
    others = [index for index in range(len(classes)) if index not in top]
    tail = np.exp(-np.arange(len(others)) / TAIL_DECAY)
    tail *= (1 - math.fsum(top.values())) / math.fsum(tail)
    if tail[0] >= min(top.values()):
        raise ValueError(f"the tail begins at {tail[0]}, not below the fifth probability {min(top.values())}")
    logits = np.empty(len(classes))
    logits[others] = np.log(tail)
    for index, probability in top.items():
        logits[index] = math.log(probability)
    return logits + LOGIT_SHIFT
