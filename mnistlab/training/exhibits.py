"""Prepare the exhibits: what the app shows of the digits where there is no data set."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mnistlab.data.digits import Digits
from mnistlab.evaluation.calibration import quantiles
from mnistlab.hub.card import Card
from mnistlab.inference.exhibits import COMPARED, MAPS, SHOWN, Exhibits
from mnistlab.inference.lab import CHUNK, Lab
from mnistlab.inference.pictures import to_bytes


def exhibit_order(count: int) -> np.ndarray:
    """The one order in which digits are shown, and from which subsets of them are taken.

    The two halves of the test file come from different writers, so its first digits are no sample.
    """
    return np.random.default_rng(0).permutation(count)


def new_lab(
    nets: Mapping[str, Any], digits: Digits, cards: Mapping[str, Card] | None = None
) -> Lab:
    """A lab of networks of which nothing has been measured yet.

    Args:
        nets: models by id, the referee among them.
        digits: whose test digits it has to show.
        cards: of the models, where they have been fitted.
    """
    order = exhibit_order(len(digits.test_images))
    images, labels = digits.test_images[order], digits.test_labels[order]
    blank = Exhibits(to_bytes(images[:SHOWN]), labels, {}, {}, {}, {})
    return Lab(dict(nets), dict(cards or {}), blank, {}, source="new", revision="unfinished")


def build_exhibits(lab: Lab, digits: Digits) -> Exhibits:
    """Let every network look at every test digit, in `exhibit_order`.

    Args:
        lab: as `new_lab` makes it.
        digits: whose test digits are shown, and of whose training digits some are kept to compare
            samples with: none of the last fifth, which a run may have held out.
    """
    compared = exhibit_order(len(digits.train_images) * 4 // 5)[:COMPARED]
    images = digits.test_images[exhibit_order(len(digits.test_images))]
    looks = [lab.examine(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]

    def gathered(model_id: str, name: str) -> np.ndarray:
        return np.concatenate([getattr(look.readings[model_id], name) for look in looks])

    seen, oddness = list(looks[0].readings), list(looks[0].oddness)
    codes = {name: gathered(name, "code") for name in seen if name != "gan"}
    return Exhibits(
        lab.exhibits.test_images,
        lab.exhibits.test_labels,
        maps={name: codes[name] for name in MAPS if name in codes},
        errors={name: _quantiles(gathered(name, "relative_error")) for name in seen},
        oddness={
            name: _quantiles(np.concatenate([look.oddness[name] for look in looks]))
            for name in oddness
        },
        spread={name: np.stack([c.mean(axis=0), c.std(axis=0)]) for name, c in codes.items()},
        train_images=to_bytes(digits.train_images[compared]),
        train_labels=digits.train_labels[compared],
    )


def _quantiles(values: np.ndarray) -> np.ndarray:
    return quantiles(values).astype(np.float32)
