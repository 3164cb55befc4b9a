"""The README of a weights repository, as the Hub reads it, and the picture at its top."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from PIL import Image, ImageDraw

from mnistlab.hub.card import Card
from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import MODEL_IDS
from mnistlab.hub.store import load_model
from mnistlab.hub.tensors import read_tensors

PICTURE = "reconstructions.png"
DATASET = "ylecun/mnist"
TASKS = {
    "classifier": "image-classification",
    "gan": "unconditional-image-generation",
    "vae": "unconditional-image-generation",
}
SCALE = 2  # screen pixels of a pixel
MARGIN = 96  # for the names
GAP = 2

TEXT = """\
---
{front_matter}
---

# Encoder-decoder models of handwritten digits

![Ten test digits and what each model makes of them]({picture})

The weights of mnistlab, a laboratory that compares {count} small networks on MNIST digits:
{models}.
All are fitted by one script on the 60,000 training digits and measured on all 10,000 test digits.

```python
from mnistlab import Lab

lab = Lab.from_hub("{repo}")  # revision="v1", or a commit, for exactly these weights
lab.reconstruct("{first}", images)  # (n, 28, 28) in [0, 1] -> the same
```

Or in a browser: `python app.py --hub {repo}`.

## Figures

{table}
The linear bound is what principal components (for the denoiser, ridge regression) achieve with as
many numbers; the floor and the goal are the project's own. Samples, and what the denoiser gives
back, are judged by `classifier`. `metrics.json` has every figure, with its N and its seed.

## How they were fitted

{fitting}

## Files

`<id>.safetensors`, float32, with a card `<id>.json` (configuration, seed, history); `metrics.json`;
`exhibits.safetensors` and `replay/`, what the app shows without the data set; `manifest.json`, size
and sha256 of each. The architecture is code, in `mnistlab/models/`: nothing here is executed.

## What they are for

For teaching and study. They know digits of 28 x 28 pixels as MNIST has them, of one size and
centred, and nothing else: what they answer about anything else means nothing. The classifier is
there to judge the other models, not to read cheques.

The test digits among the files are MNIST's, commonly stated to be under CC BY-SA 3.0.
"""


def model_card(repo: str, cards: Mapping[str, Card], metrics: Mapping[str, Any], table: str) -> str:
    """Write the README of a repository of weights.

    Args:
        repo: `user/repository`.
        cards: by id, of the models that are there.
        metrics: the contents of `metrics.json`.
        table: its figures in Markdown.

    Raises:
        WeightsError: the metrics are not what `train.py --evaluate` writes.
    """
    ids = [name for name in MODEL_IDS if name in cards]
    lines = ["| model | parameters | epochs | minutes | seed |", "|---|---:|---:|---:|---:|"]
    for name in ids:
        card = cards[name]
        lines.append(
            f"| `{name}` | {card.parameters:,} | {card.epochs:,} | {card.minutes:.1f} "
            f"| {card.seed} |"
        )
    versions = cards[ids[-1]].versions
    lines += ["", "With " + ", ".join(f"{k} {v}" for k, v in versions.items()) + "."]
    text = TEXT.format(
        front_matter=_front_matter(ids, metrics).to_yaml(),
        picture=PICTURE,
        repo=repo,
        count=len(ids),
        models=", ".join(f"`{name}`" for name in ids),
        first=ids[0],
        table=table,
        fitting="\n".join(lines),
    )
    return str(ModelCard(text))


def picture(folder: Path) -> bytes:
    """A PNG of ten test digits, one of each class, and below them what each model makes of them.

    The models are loaded for it, so that nothing is published that does not load.
    """
    exhibits = read_tensors(folder / "exhibits.safetensors")
    try:
        digits, labels = exhibits["test_images"], exhibits["test_labels"]
    except KeyError as missing:
        raise WeightsError(f"exhibits.safetensors: {missing} is missing.") from None
    shown = [int(np.argmax(labels[: len(digits)] == digit)) for digit in range(10)]
    images = digits[shown].astype(np.float32) / 255
    rows = {"test digits": images}
    for name in MODEL_IDS:
        if (folder / f"{name}.safetensors").exists():
            model, _ = load_model(folder, name)
            if name == "gan":
                noise = np.random.default_rng(0).standard_normal((10, model.config.code))
                codes = np.hstack([noise, np.eye(10)]).astype(np.float32)
                rows[name] = np.asarray(model.decode(codes))
            elif name != "classifier":
                rows[name] = np.asarray(model.reconstruct(images))
    return _png(rows)


def _png(rows: Mapping[str, np.ndarray]) -> bytes:
    step = 28 * SCALE + GAP
    sheet = Image.new("L", (MARGIN + 10 * step, len(rows) * step), 16)
    draw = ImageDraw.Draw(sheet)
    for line, (name, images) in enumerate(rows.items()):
        draw.text((6, line * step + 22), name.replace("_", " "), fill=230)
        for place, image in enumerate(images):
            pixels = np.uint8(np.clip(np.nan_to_num(image), 0, 1) * 255 + 0.5)
            tile = Image.fromarray(pixels.repeat(SCALE, 0).repeat(SCALE, 1))
            sheet.paste(tile, (MARGIN + place * step, line * step))
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _front_matter(ids: list[str], metrics: Mapping[str, Any]) -> ModelCardData:
    results = []
    try:
        for name in ids:
            for metric, entry in metrics["models"].get(name, {}).items():
                results.append(
                    EvalResult(
                        task_type=TASKS.get(name, "image-to-image"),
                        metric_type=metric,
                        metric_name=f"{name}: {metric}",
                        metric_value=float(entry["value"]),
                        dataset_type=DATASET,
                        dataset_name="MNIST",
                        dataset_split="test",
                    )
                )
    except (KeyError, TypeError, AttributeError) as error:
        raise WeightsError("metrics.json: `train.py --evaluate` writes it anew.") from error
    # huggingface_hub makes one model-index entry of them, so the metric says whose it is
    return ModelCardData(
        model_name="mnistlab",
        library_name="keras",
        pipeline_tag="image-to-image",
        license="mit",
        tags=["autoencoder", "vae", "gan", "denoising", "mnist", "safetensors"],
        datasets=[DATASET],
        metrics=sorted({result.metric_type for result in results}) or None,
        eval_results=results or None,
    )
