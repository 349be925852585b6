"""Extractive question answering: where in a text the answer to a question stands, if it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from modelforge.data.encoder_collator import EncoderCollator
from modelforge.data.problem_phrases import phrase
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelMode
from modelforge.tasks.encoder_row import EncoderRow
from modelforge.tasks.features import Collator, Features
from modelforge.tasks.forward import outputs
from modelforge.tasks.head import Head
from modelforge.tasks.padding import pad_token_id
from modelforge.tasks.question_answering import QuestionAnswering
from modelforge.tasks.task import CanonicalRow, RowLikelihood, Task, Truth, measured_like
from modelforge.tasks.watch import UNWATCHED, Watch
from modelforge.tasks.windows import Room, Window, best_span, room_beside, windows_of
from modelforge.tasks.written_question_answering import WrittenQuestionAnswering

TARGETS = ("start_positions", "end_positions")
SIDES = ("start_logits", "end_logits")
"""What a model says of each target, as long as the batch was wide."""
LONGEST_PART = 40
"""Characters that the first and the last token of an answer may have beyond it."""


class ExtractiveQuestionAnswering(QuestionAnswering):
    """A head that points at the first and the last token of the answer, or at the beginning where there is none."""

    columns: ClassVar[tuple[str, ...]] = ("input_ids", "token_type_ids", *TARGETS)
    likelihood_metric: ClassVar[str] = "log_loss"
    mode: ClassVar[ModelMode] = "span"
    writes_answers: ClassVar[bool] = False
    truths: ClassVar[Mapping[str, Truth]] = {
        "span-is-answer": Truth(
            "The tokens that are pointed at spell the answer, up to the rest of their first and last word.",
            "Check `modelforge data preview`: answer_start counts characters, and answers are to be whole words.",
            "span-is-answer",
        ),
    }

    def for_model(self, shape: ModelShape) -> Task:
        """Encoders point at answers, decoders write them.

        Raises:
            ConfigurationError: the model is an encoder-decoder.
        """
        if shape.layout == "decoder":
            return measured_like(WrittenQuestionAnswering(), self)
        if shape.layout == "encoder":
            return self
        raise ConfigurationError(
            f"{self.name} points at an answer or continues a prompt, and an encoder-decoder ({shape.model_type}) "
            "does neither.",
            hint="Choose an encoder such as BERT or ModernBERT, or a causal language model.",
            code="task-points-or-continues",
            params={"task": self.name, "type": shape.model_type},
        )

    def head(self) -> Head:
        """Two numbers for each token: how likely it begins, and how likely it ends the answer."""
        return Head("AutoModelForQuestionAnswering", "QUESTION_ANS", label_names=TARGETS)

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """A feature for each window; where a window does not hold the whole answer, it points at the first token."""
        span = _span(row)
        most = config.data.max_length
        left_out = phrase("answer-not-in-text") if row["answers"]["text"] and span is None else None
        whole = list(tokenizer(row["question"], row["context"])["input_ids"])
        if len(whole) > most and config.data.truncation_mode == "drop":
            left_out = left_out or phrase("too-many-tokens", length=len(whole), key="max_length", most=most)
        room, found = _windows(row, tokenizer, config)
        if not found:
            return (_unreadable(room, whole, config),)
        places = [window.span_of(*span) if span else None for window in found]
        if span and not any(places):
            left_out = phrase("no-window-holds-answer", most=most)
        made = []
        for window, inside in zip(found, places, strict=True):
            start, stop = inside or (0, 0)
            made.append(
                EncoderRow(
                    input_ids=window.input_ids,
                    token_type_ids=window.token_type_ids,
                    targets=dict(zip(TARGETS, (start, stop), strict=True)),
                    whole=window.input_ids,
                    marked_span=inside or (0, 0),
                    left_out=left_out,
                )
            )
        return tuple(made)

    def broken_truths(
        self, row: CanonicalRow, made: Sequence[Features], tokenizer: Any, config: TrainingConfig
    ) -> Iterator[str]:
        """Read the pointed places back from the text, and look for one window that has the answer."""
        targets = [tuple(features.columns[name][0] for name in TARGETS) for features in made]
        pointing = [(at, target) for at, target in enumerate(targets) if target != (0, 0)]
        if bool(pointing) != bool(row["answers"]["text"]):
            yield "span-is-answer"
            return
        _, found = _windows(row, tokenizer, config)
        start, stop = _span(row) or (0, 0)
        wanted = row["context"][start:stop].strip()
        for at, (first, last) in pointing:
            begins, ends = found[at].places[first], found[at].places[last]
            text = row["context"][begins[0] : ends[1]] if begins and ends else ""
            if wanted not in text or len(text) - len(wanted) > LONGEST_PART:
                yield "span-is-answer"
                return

    def collator(self, tokenizer: Any, config: TrainingConfig) -> Collator:
        """Padded on the right. Raises ConfigurationError where the tokenizer has nothing to pad with."""
        return EncoderCollator(pad_token_id(tokenizer), TARGETS, most=config.data.max_length)

    def likelihood(
        self,
        model: Any,
        rows: Sequence[Sequence[Features]],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """Nats of start and end, their mean over a row's windows: the trainer's loss of the row."""
        from torch import tensor
        from torch.nn.functional import cross_entropy

        numbered = [
            (number, features) for number, made in enumerate(rows) for features in made if not features.left_out
        ]
        losses: list[list[float]] = [[] for _ in rows]
        flat = [features for _, features in numbered]
        for at, logits in outputs(model, flat, TARGETS, config, watch):
            number, features = numbered[at]
            sides = [
                float(cross_entropy(logits[side][: features.kept_tokens].double(), tensor(features.columns[name][0])))
                for side, name in zip(SIDES, TARGETS, strict=True)
            ]
            losses[number].append(sum(sides) / len(sides))
        return [RowLikelihood(sum(row) / len(row), 1) if row else RowLikelihood(0.0, 0) for row in losses]

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """The text at the likeliest place of each row; empty where no answer is likelier, or nothing can be asked."""
        found = [_windows(row, tokenizer, config)[1] for row in rows]
        numbered = [(number, at) for number, made in enumerate(found) for at in range(len(made))]
        flat = [
            EncoderRow(window.input_ids, window.token_type_ids, dict.fromkeys(TARGETS, 0), window.input_ids)
            for made in found
            for window in made
        ]
        logits: list[dict[int, tuple[Any, Any]]] = [{} for _ in rows]
        for index, said in outputs(model, flat, TARGETS, config, watch):
            number, at = numbered[index]
            logits[number][at] = (said["start_logits"], said["end_logits"])
        answers = []
        for row, made, pairs in zip(rows, found, logits, strict=True):
            span = best_span(made, [pairs[at] for at in range(len(made))], 0)
            is_there = span is not None and span.score > 0
            answers.append(row["context"][span.start : span.stop] if span and is_there else "")
        return answers

    def is_plain(self, row: CanonicalRow) -> bool:  # noqa: ARG002 - of every row
        """No chat template is applied."""
        return True

    def prompt_text(self, row: CanonicalRow) -> str:
        """The text, and the question behind it."""
        return f"{row['context']}\n\n{row['question']}"

    def reference(self, row: CanonicalRow) -> str:
        """The first of the right answers."""
        return self.accepted(row)[0]


def _span(row: CanonicalRow) -> tuple[int, int] | None:
    """Where the first right answer that stands in the text stands, in characters."""
    answers = row["answers"]
    for text, start in zip(answers["text"], answers["answer_start"], strict=True):
        if start >= 0:
            return start, start + len(text)
    return None


def _windows(row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Room, list[Window]]:
    """What a row's question leaves of a window, and all windows of its text; none where that is no room for them."""
    question, stride = row["question"], config.data.doc_stride
    room = room_beside(question, tokenizer, config.data.max_length)
    return room, windows_of(room, question, row["context"], tokenizer, stride=stride) if room.is_enough(stride) else []


def _unreadable(room: Room, whole: list[int], config: TrainingConfig) -> EncoderRow:
    """A row whose question leaves no room for its text."""
    reason = phrase(
        "question-leaves-no-room",
        question=room.question,
        room=max(room.text, 0),
        most=room.most,
        overlap=config.data.doc_stride,
    )
    return EncoderRow(whole, [], dict.fromkeys(TARGETS, 0), whole, left_out=reason)
