"""`modelforge predict`: what a model that reads says of a text."""

from __future__ import annotations

from typing import Annotated

import typer

from modelforge.cli.options import Json
from modelforge.cli.output import dump, print_table
from modelforge.cli.workplace import Workplace


def predict(
    model: Annotated[str, typer.Argument(help="A model of the library, as `modelforge models ls` shows it.")],
    text: Annotated[str, typer.Argument(help="The text to classify.")],
    pair: Annotated[str | None, typer.Option("--pair", help="The second text, for models of pairs.")] = None,
    as_json: Json = False,
) -> None:
    """Classify a text: every class with its probability.

    Example: modelforge predict tickets-encoder-20261127-225114-f390 "Where is my parcel?"
    """
    from modelforge.inference.reader import classify, load_reader

    scores = classify(load_reader(model, Workplace.open().files), text, *([pair] if pair is not None else []))
    if as_json:
        dump({"model": model, "label": scores[0].label, "scores": {one.label: one.probability for one in scores}})
    else:
        print_table(("class", "probability"), ((one.label, f"{one.probability:.3f}") for one in scores))
