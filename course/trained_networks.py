"""Train the small networks of the elements, and write them where a page can load them.

    python -m course.trained_networks        writes build/static/elements/trained/*.js

A module of JavaScript is `export default ` and JSON. In Python, the measured accuracies are

    text = Path("build/static/elements/trained/patch_accuracy.js").read_text("utf-8")
    measured = json.loads(text.removeprefix("export default "))

Training is seeded and takes one thread, so that a machine gives the same networks each time.
Another machine may round otherwise: so what the book says of them is read from these files.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import nn

from convbook.data import digits
from course.address import ROOT

FOLDER = ROOT / "build" / "static" / "elements" / "trained"

SIDE = 8
PIXELS = SIDE * SIDE
# Weights are integers divided by this. With pixels from 0 to 16 every sum that the page makes is
# then exact, whatever its order: shuffled columns give the same answer to the last bit.
SCALE = 256
TESTED = 450

HALF_WIDTHS = (0, 1, 2, 3)
WHOLE = 7  # of this half-width, every patch of 8 × 8 pixels holds the whole image
SEEDS = 5
PATCH_TRAINED = 900
PATCH_FEATURES = 16

Images = NDArray[np.float32]
Labels = NDArray[np.int64]


def swaps_of_pixels(seed: int) -> list[int]:
    """What shuffles the pixels, step by step: step n swaps pixel 63 − n with the n-th of these."""
    rng = np.random.default_rng(seed)
    return [int(rng.integers(p + 1)) for p in range(PIXELS - 1, 0, -1)]


def permutation_after(swaps: list[int]) -> NDArray[np.int64]:
    """The permutation after these swaps: pixel p shows what was at `permutation[p]`."""
    places = np.arange(PIXELS)
    for step, other in enumerate(swaps):
        p = PIXELS - 1 - step
        places[[p, other]] = places[[other, p]]
    return places


def shuffled(images: Images, places: NDArray[np.int64]) -> Images:
    return images.reshape(len(images), PIXELS)[:, places].reshape(images.shape)


def drawn_otherwise(images: Images, rng: np.random.Generator) -> Images:
    """Each image turned, stretched and moved a little, as another hand might have drawn it."""
    middle = np.full(2, (SIDE - 1) / 2)
    others = np.empty_like(images)
    for image, other in zip(images[:, 0], others[:, 0], strict=True):
        angle, stretch = rng.uniform(-0.2, 0.2), rng.uniform(0.9, 1.15, 2)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turn * stretch
        offset = middle - matrix @ middle + rng.uniform(-0.7, 0.7, 2)
        ndimage.affine_transform(image, matrix, offset, output=other, order=1)
    return np.rint(16 * others) / 16


def dense_network() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(PIXELS, 80), nn.ReLU(), nn.Linear(80, 10),
    )  # fmt: skip


def convolutional_network() -> nn.Sequential:
    """As many parameters as the dense one: 6090 against 6010."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip


def fit(model: nn.Module, images: Images, labels: Labels, *, epochs: int, **options: Any) -> None:
    """Train a model in batches of 100; `options` go to the optimiser.

    A model that answers at several places, (n, 10, places), is trained to be right at each.
    """
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    optimiser = torch.optim.Adam(model.parameters(), **options)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05, reduction="sum")
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(100):
            optimiser.zero_grad()
            scores = model(x[batch])
            target = y[batch].reshape(-1, *[1] * (scores.ndim - 2)).expand(-1, *scores.shape[2:])
            (loss(scores, target) / len(batch)).backward()
            optimiser.step()
        falling.step()


def accuracy(model: nn.Module, images: Images, labels: Labels) -> float:
    """The share of images that a model names right."""
    with torch.no_grad():
        answers = model(torch.from_numpy(images)).argmax(1).numpy()
    return float((answers == labels).mean())


def rounded(model: nn.Module) -> list[dict[str, Any]]:
    """Round a model's weights to integers / SCALE; returns its layers with weights."""
    layers = []
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                record: dict[str, Any] = {"shape": list(layer.weight.shape)}
                for name, numbers in layer.named_parameters():
                    numbers.copy_((SCALE * numbers).round() / SCALE)
                    record[name] = (SCALE * numbers).int().flatten().tolist()
                layers.append(record)
    return layers


def digit_readers(epochs: int = 20) -> dict[str, Any]:
    """Two dense and two convolutional networks, of each kind one trained on shuffled digits."""
    images, labels = digits()
    rng = np.random.default_rng(0)
    test, training = np.split(rng.permutation(len(images)), [TESTED])
    swaps = swaps_of_pixels(seed=1)
    places = permutation_after(swaps)

    seen = [images[training], *(drawn_otherwise(images[training], rng) for _ in range(4))]
    x, y = np.concatenate(seen), np.tile(labels[training], len(seen))
    tests = {"image": images[test], "shuffled": shuffled(images[test], places)}

    readers = []
    for kind, build in (("dense", dense_network), ("convolutional", convolutional_network)):
        for trained_on in ("image", "shuffled"):
            torch.manual_seed(0)  # the same beginning for both
            model = build()
            given = x if trained_on == "image" else shuffled(x, places)
            fit(model, given, y, epochs=epochs, lr=3e-3, weight_decay=1e-4)
            layers = rounded(model)
            right = {name: accuracy(model, given, labels[test]) for name, given in tests.items()}
            readers.append(
                {"kind": kind, "trainedOn": trained_on, "right": right, "layers": layers}
            )
    examples = [
        (16 * images[test[labels[test] == digit][0]]).astype(int).flatten().tolist()
        for digit in range(10)
    ]
    return {
        "scale": SCALE, "tested": TESTED, "swaps": swaps, "examples": examples, "readers": readers,
    }  # fmt: skip


class PatchReaders(nn.Module):
    """A digit reader for each of some pixels, which sees the patch around it and nothing else.

    Each has a layer of 16 features and one of ten scores, and shares no weight with another: it is
    a locally-connected layer and, at each pixel by itself, a dense one. Scores are (n, 10, pixels).
    """

    def __init__(self, k: int, pixels: list[int]) -> None:
        super().__init__()
        self.k, self.pixels = k, pixels
        s, count = 2 * k + 1, len(pixels)
        self.weight = nn.Parameter(torch.randn(count, s * s, PATCH_FEATURES) / s)
        self.bias = nn.Parameter(torch.zeros(count, 1, PATCH_FEATURES))
        self.score_weight = nn.Parameter(torch.randn(count, PATCH_FEATURES, 10) / 4)
        self.score_bias = nn.Parameter(torch.zeros(count, 1, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = nn.functional.unfold(x, 2 * self.k + 1, padding=self.k)  # (n, s², h·w)
        patches = patches[:, :, self.pixels].permute(2, 0, 1)
        features = torch.relu(torch.baddbmm(self.bias, patches, self.weight))
        return torch.baddbmm(self.score_bias, features, self.score_weight).permute(1, 2, 0)


def read_patches(k: int, pixels: list[int], seed: int, epochs: int) -> tuple[list[float], float]:
    """How well digits are read from patches of half-width k: the share of test images named right.

    Returns the share for the patch around each pixel, and that for all patches together: each
    reader votes with its log-probabilities. The seed draws which 900 images are trained on, the
    others being the test, and the first weights.
    """
    images, labels = digits()
    order = np.random.default_rng(seed).permutation(len(images))
    training, test = np.split(order, [PATCH_TRAINED])
    torch.manual_seed(seed)
    model = PatchReaders(k, pixels)
    fit(model, images[training], labels[training], epochs=epochs, lr=2e-2)
    with torch.no_grad():
        votes = torch.log_softmax(model(torch.from_numpy(images[test])), dim=1).numpy()
    alone = (votes.argmax(axis=1) == labels[test, None]).mean(axis=0)
    together = (votes.sum(axis=2).argmax(axis=1) == labels[test]).mean()
    return alone.tolist(), float(together)


def patch_accuracy(seeds: int = SEEDS, epochs: int = 40) -> dict[str, Any]:
    """What patches of half-width k are worth for reading digits, measured for several seeds.

    `alone[k]` holds a row for each row of pixels: the mean accuracy, over the seeds, of what sees
    the patch around that pixel alone. `together[k]` is the accuracy of all 64, for each seed, and
    `whole` that of one reader which sees the whole image, for each seed.
    """
    alone, together = [], []
    for k in HALF_WIDTHS:
        runs = [read_patches(k, list(range(PIXELS)), seed, epochs) for seed in range(seeds)]
        mean = np.mean([shares for shares, _ in runs], axis=0).reshape(SIDE, SIDE)
        alone.append(mean.round(4).tolist())
        together.append([round(share, 4) for _, share in runs])
    whole = [read_patches(WHOLE, [0], seed, epochs)[1] for seed in range(seeds)]
    _, labels = digits()
    return {
        "halfWidths": list(HALF_WIDTHS), "trained": PATCH_TRAINED,
        "tested": len(labels) - PATCH_TRAINED, "alone": alone, "together": together,
        "whole": [round(share, 4) for share in whole],
    }  # fmt: skip


def write(name: str, value: dict[str, Any], folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, separators=(",", ":"))
    (folder / f"{name}.js").write_text(f"export default {text}\n", "utf-8")


def in_words(shares: list[float]) -> str:
    spread = f" ± {100 * np.std(shares, ddof=1):.1f}" if len(shares) > 1 else ""
    return f"{100 * np.mean(shares):.1f}{spread} %"


def main() -> None:
    torch.set_num_threads(1)
    readers = digit_readers()
    write("digit_readers", readers)
    for reader in readers["readers"]:
        right = ", ".join(f"{100 * share:.1f} % of {on}" for on, share in reader["right"].items())
        print(f"{reader['kind']}, trained on {reader['trainedOn']}: right on {right}")
    patches = patch_accuracy()
    write("patch_accuracy", patches)
    for k, alone, together in zip(HALF_WIDTHS, patches["alone"], patches["together"], strict=True):
        print(f"half-width {k}: {in_words([np.mean(alone)])} alone, {in_words(together)} together")
    print(f"the whole image: {in_words(patches['whole'])}")


if __name__ == "__main__":
    main()
