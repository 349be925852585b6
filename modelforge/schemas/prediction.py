"""What models that read are asked, and what they say: the class of a text, or the place of an answer in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modelforge.schemas.base import Schema

ModelReference = Annotated[
    str, Field(min_length=1, max_length=110, description="The id of a model of the library, or `starter:NAME`.")
]
MOST_INPUTS = 64
LONGEST_TEXT = 100_000
"""Characters."""


class PredictionInput(Schema):
    """One text to be read."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    """The text to classify, or the question."""
    pair: str | None = Field(default=None, min_length=1, max_length=LONGEST_TEXT)
    """The second text, for classifiers of pairs."""
    context: str | None = Field(default=None, min_length=1, max_length=LONGEST_TEXT)
    """The text that a question is about, and in which its answer stands."""


class PredictionRequest(Schema):
    """Texts for a model that reads."""

    model: ModelReference
    inputs: tuple[PredictionInput, ...] = Field(min_length=1, max_length=MOST_INPUTS)
    """Each is read on its own."""


class LabelPrediction(Schema):
    """What a classifier says of a text."""

    mode: Literal["labels"] = "labels"
    label: str
    """The likeliest class."""
    probability: float
    scores: dict[str, float]
    """Every class with its probability, the likeliest first."""


class SpanPrediction(Schema):
    """Where the answer to a question stands in a text."""

    mode: Literal["span"] = "span"
    answer: str
    """As it stands in the text; empty where no answer is likelier than any."""
    answer_start: int | None
    """Where it begins, in characters (Unicode code points) from the beginning of the text; nothing for no answer."""
    answer_end: int | None
    """The character behind it."""
    score: float
    """How much likelier the best place is than no answer, in logits; negative where no answer is likelier."""
    probability: float
    """Of what is answered, an empty answer included, among all places that were weighed."""


class Predicted(Schema):
    """What is said of each text, in the order of the inputs."""

    predictions: tuple[LabelPrediction | SpanPrediction, ...]
    seconds: float
    """What reading took, without loading the model and waiting for its turn."""


class Predictions(Predicted):
    """The same, and by which model."""

    model: str
