"""The trained model as it is stored: weights in bits per comparison and level, a prior, and what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

from childdb.matching.company import LEVELS
from childdb.matching.comparisons import ladders
from schemas.errors import InvalidDefinition


@dataclass(frozen=True)
class Model:
    """`weights` and `prior` are Splink's; `slope`, `company` and `company_prior` weigh what the other rows say."""

    version: str
    trained_on: str
    prior: float
    weights: Mapping[str, Mapping[str, float]]
    slope: float
    company: Mapping[str, float]
    company_prior: float

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


@cache
def shipped() -> Model:
    """The model that comes with the package, refused where it does not fit comparisons.toml."""
    text = resources.files("childdb.matching").joinpath("model.json").read_text("utf-8")
    model = Model(**json.loads(text))
    wanted = {entry.id: {level.id for level in entry.levels} for entry in ladders()}
    if {k: set(v) for k, v in model.weights.items()} != wanted or set(model.company) != set(LEVELS):
        raise InvalidDefinition(
            "Mô hình ghép trẻ (model.json) không khớp với comparisons.toml; hãy huấn luyện lại.",
            "The matching model (model.json) does not fit comparisons.toml; train it again.",
        )
    return model
