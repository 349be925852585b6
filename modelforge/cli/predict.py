"""`modelforge predict`: what a model that reads says of a text."""

from __future__ import annotations

from typing import Annotated

import typer

from modelforge.cli.options import Json
from modelforge.cli.output import dump, print_table
from modelforge.cli.quiet import quiet_libraries
from modelforge.cli.workplace import Workplace


def predict(
    model: Annotated[str, typer.Argument(help="A model of the library, as `modelforge models ls` shows it.")],
    text: Annotated[str, typer.Argument(help="The text to classify, or the question.")],
    pair: Annotated[str | None, typer.Option("--pair", help="The second text, for classifiers of pairs.")] = None,
    context: Annotated[str | None, typer.Option("--context", help="The text that a question is about.")] = None,
    as_json: Json = False,
) -> None:
    """Classify a text, or find the answer to a question in a text.

    Example: modelforge predict questions-encoder-20261127 "Where does Ada live?" --context "Ada lives in Rome."
    """

    from modelforge.inference.reader import load_reader, read
    from modelforge.schemas.prediction import PredictionInput

    quiet_libraries()
    asked = PredictionInput.model_construct(text=text, pair=pair, context=context)
    found = read(load_reader(model, Workplace.open().files), asked)
    if as_json:
        dump({"model": model, **found.model_dump(mode="json")})
    elif found.mode == "span":
        typer.echo(found.answer or "The text does not say.")
    else:
        print_table(("class", "probability"), ((label, f"{share:.3f}") for label, share in found.scores.items()))
