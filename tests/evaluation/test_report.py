"""The report's shape, its verdict in words, and its two renderings."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from modelforge.evaluation.bootstrap import Resampling
from modelforge.evaluation.metrics import score_answers
from modelforge.evaluation.report import build_report, figure
from modelforge.evaluation.report_text import markdown, renderable, write_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.report import EvaluationReport

METRICS = ("exact_match", "token_f1", "rouge1", "rouge2", "rougeL")


def scores(right: int, rows: int, nll: float = 2.0) -> RowScores:
    """Rows of which the first `right` are answered as expected."""
    references = tuple(f"answer number {row}" for row in range(rows))
    answers = tuple(text if row < right else "something else" for row, text in enumerate(references))
    return RowScores(
        prompts=tuple(f"question {row}" for row in range(rows)),
        references=references,
        nll=tuple(nll * 4 for _ in range(rows)),
        tokens=(4,) * rows,
        answers=answers,
        scores=score_answers(answers, [(text,) for text in references], METRICS),
    )


def report(base: RowScores, tuned: RowScores, *, primary: str = "exact_match", seed: int = 42) -> EvaluationReport:
    return build_report(base, tuned, primary, Resampling(1000, 0.95, seed))


def test_better_in_words_with_figures() -> None:
    found = report(scores(2, 100), scores(96, 100, nll=0.1))
    assert found.verdict == "better"
    low, high = found.metrics["exact_match"].ci95
    assert found.sentence == (
        "Better: exact match rose from 0.02 to 0.96 on 100 held-out rows "
        f"(difference +0.94, 95 % interval +{low:.2f} to +{high:.2f})."
    )
    assert 0.85 < low < 0.94 < high < 1


def test_worse_in_words() -> None:
    found = report(scores(90, 100), scores(10, 100))
    assert found.verdict == "worse"
    assert found.sentence.startswith(
        "Worse: exact match fell from 0.90 to 0.10 on 100 held-out rows (difference −0.80,"
    )


def test_no_evidence_in_words() -> None:
    same = report(scores(50, 100), scores(50, 100))
    assert same.verdict == "no evidence"
    assert same.sentence == (
        "No evidence of a change: exact match stayed at 0.50 on 100 held-out rows "
        "(difference 0.00, 95 % interval 0.00 to 0.00)."
    )
    near = report(scores(10, 20), scores(11, 20))
    assert near.verdict == "no evidence"
    assert near.sentence.endswith(", which does not exclude 0.")


def test_few_rows_say_so() -> None:
    found = report(scores(0, 1), scores(1, 1))
    assert found.verdict == "no evidence"
    assert "on 1 held-out row (" in found.sentence
    assert found.sentence.endswith("; a verdict at 95 % needs at least 6 rows.")


def test_nothing_held_out() -> None:
    nothing = RowScores(prompts=(), references=(), nll=(), tokens=())
    found = report(nothing, nothing)
    assert (found.metrics, found.verdict) == ({}, "no evidence")
    assert "no rows were held out" in found.sentence
    assert "Nothing was compared" in markdown(found)


def test_without_answers_perplexity_decides() -> None:
    base, tuned = (scores(0, 40, nll).model_copy(update={"answers": None, "scores": {}}) for nll in (3.0, 1.0))
    found = report(base, tuned)
    assert (found.primary_metric, found.verdict, found.examples) == ("perplexity", "better", ())
    assert found.sentence.startswith(
        "Better: perplexity fell from 20.09 to 2.72 on 40 held-out rows (difference −17.37,"
    )


def test_rows_without_trained_tokens_do_not_count_in_perplexity() -> None:
    base, tuned = scores(0, 10, 3.0), scores(0, 10, 1.0)
    tokens = (*base.tokens[:-1], 0)
    found = report(base.model_copy(update={"tokens": tokens}), tuned.model_copy(update={"tokens": tokens}))
    assert found.metrics["perplexity"].n == 9
    assert found.metrics["exact_match"].n == 10


def test_scores_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="different rows"):
        report(scores(1, 10), scores(1, 11))


def test_examples_are_drawn_by_the_seed_not_by_the_answers() -> None:
    drawn = [report(scores(0, 50), scores(right, 50)).examples for right in (0, 25, 50)]
    assert len({tuple(example.prompt for example in examples) for examples in drawn}) == 1
    other = report(scores(0, 50), scores(50, 50), seed=43).examples
    assert len(other) == 3
    assert [e.prompt for e in other] != [e.prompt for e in drawn[0]]


def test_report_json_has_the_shape_that_others_read(tmp_path: Path) -> None:
    found = report(scores(2, 100), scores(96, 100))
    write_report(found, tmp_path / "report" / "report.json")
    document = json.loads((tmp_path / "report" / "report.json").read_text())
    assert document["verdict"] == "better"
    metric = document["metrics"]["exact_match"]
    assert {"base", "tuned", "difference", "ci95", "n"} <= set(metric)
    assert (metric["base"], metric["tuned"], metric["n"], len(metric["ci95"])) == (0.02, 0.96, 100, 2)
    assert set(document["metrics"]) == {*METRICS, "perplexity"}
    assert EvaluationReport.model_validate(document) == found
    assert found.sentence in (tmp_path / "report" / "report.md").read_text()


def test_row_scores_survive_json() -> None:
    original = scores(3, 7, nll=float(np.pi))
    assert RowScores.model_validate_json(original.model_dump_json()) == original


def test_markdown_survives_answers_with_fences() -> None:
    base = scores(0, 6)
    hostile = base.model_copy(update={"answers": ("```\n# not a heading\n```",) * 6})
    text = markdown(report(base, hostile))
    assert "````text\n```\n# not a heading\n```\n````" in text
    assert "| exact match | 0.00 | 0.00 | 0.00 |" in text


def test_the_terminal_shows_verdict_metrics_and_answers() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(renderable(report(scores(2, 100), scores(96, 100))))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Better: exact match rose from 0.02 to 0.96" in shown
    assert "+0.94" in shown
    assert "answer number" in shown
    assert "[/red]" not in shown


def test_answers_that_look_like_markup_are_shown_as_they_are() -> None:
    base = scores(0, 6).model_copy(update={"answers": ("[bold]x[/bold] [/nonsense]",) * 6})
    console = Console(file=io.StringIO(), width=160)
    console.print(renderable(report(base, base)))
    assert "[bold]x[/bold]" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (0.02, "+0.02"), (-0.8, "−0.80"), (0.0004, "+0.0004"), (123.456, "+123.5"), (-12345.6, "−12,346")],
)
def test_figures_read_well(value: float, text: str) -> None:
    assert figure(value, sign=True) == text


def classified(answers: list[str], untrained: tuple[str, ...] = ()) -> RowScores:
    references = tuple(["cancel", "late", "late", "refund|x"] * 5)
    return RowScores(
        prompts=tuple(f"text {row}" for row in range(20)),
        references=references,
        nll=(0.5,) * 20 if untrained else (0.1,) * 20,
        tokens=(1,) * 20,
        answers=tuple(answers),
        classes=("cancel", "late"),
        likelihood_metric="log_loss",
        untrained=untrained,
        scores=score_answers(answers, [(text,) for text in references], ("accuracy",)),
    )


def test_classifiers_of_different_classes_are_compared() -> None:
    tuned = classified(["cancel", "late", "other", "refund|x"] * 5).model_copy(
        update={"classes": ("refund|x", "other", "late")}
    )

    found = report(classified(["late"] * 20), tuned, primary="accuracy")

    assert found.confusion is not None
    assert found.confusion.classes == ("cancel", "late", "refund|x", "other")
    assert found.confusion.tuned == ((5, 0, 0, 0), (0, 5, 0, 5), (0, 0, 5, 0), (0, 0, 0, 0))
    assert found.metrics["macro_f1"].tuned == pytest.approx((1 + 2 / 3 + 1 + 0) / 4)


def test_classes_have_macro_f1_log_loss_and_a_confusion_matrix() -> None:
    found = report(
        classified(["late"] * 20, ("classifier",)),
        classified(["cancel", "late", "late", "late"] * 5),
        primary="accuracy",
    )

    assert list(found.metrics) == ["accuracy", "macro_f1", "log_loss"]
    assert found.metrics["accuracy"].tuned == 0.75
    assert found.metrics["macro_f1"].tuned == pytest.approx((1 + 0.8 + 0) / 3)
    assert found.metrics["log_loss"].verdict == "better"
    assert found.confusion is not None
    assert found.confusion.classes == ("cancel", "late", "refund|x")
    assert found.confusion.tuned == ((5, 0, 0), (0, 10, 0), (0, 5, 0))
    assert found.note is not None
    assert "classifier" in found.note
    assert "classifier" in " ".join(found.untrained)
    text = markdown(found)
    assert found.note in text
    assert "| refund\\|x | 0 | 5 | 0 |" in text
    screen = Console(file=io.StringIO(), width=120)
    screen.print(renderable(found))
