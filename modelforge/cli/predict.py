"""`modelforge predict`: what a model that reads says of a text."""

from __future__ import annotations

from typing import Annotated

import typer

from modelforge.cli.options import Json
from modelforge.cli.output import dump, print_table
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
    from modelforge.exceptions import ConfigurationError
    from modelforge.inference.reader import classify, find_answer, load_reader

    loaded = load_reader(model, Workplace.open().files)
    if loaded.head.peft_task_type == "QUESTION_ANS":
        if context is None:
            raise ConfigurationError(f"{model} answers questions about a text.", hint='Add --context "…".')
        found = find_answer(loaded, text, context)
        if as_json:
            dump({"model": model, "answer": found.text, "answer_start": found.start, "score": found.score})
        else:
            typer.echo(found.text or "The text does not say.")
        return
    scores = classify(loaded, text, *([pair] if pair is not None else []))
    if as_json:
        dump({"model": model, "label": scores[0].label, "scores": {one.label: one.probability for one in scores}})
    else:
        print_table(("class", "probability"), ((one.label, f"{one.probability:.3f}") for one in scores))
