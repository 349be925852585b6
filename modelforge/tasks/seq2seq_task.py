"""What all tasks of encoder-decoders share: a source that is read, and a target that is written and trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from modelforge.data.source_collator import SourceCollator
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.chat_rendering import end_token_id, end_token_ids
from modelforge.tasks.features import Features
from modelforge.tasks.head import SEQ2SEQ, Head
from modelforge.tasks.seq2seq_generation import answer_texts
from modelforge.tasks.seq2seq_likelihood import target_nll
from modelforge.tasks.seq2seq_truths import TRUTHS, broken_truths
from modelforge.tasks.source_and_target import SourceAndTarget, cut_sides
from modelforge.tasks.task import CanonicalRow, RowLikelihood, Task, Truth
from modelforge.tasks.watch import UNWATCHED, Watch


class Seq2SeqTask(Task, Protocol):
    """An encoder-decoder. A subclass says what is the source of a row (`prompt_text`), and its target (`reference`)."""

    truths: ClassVar[Mapping[str, Truth]] = TRUTHS

    def head(self) -> Head:
        """The decoder's head over the vocabulary."""
        return SEQ2SEQ

    def features(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> tuple[Features, ...]:
        """Both sides, each cut to its own length."""
        return (self.encode(row, tokenizer, config),)

    def encode(self, row: CanonicalRow, tokenizer: Any, config: TrainingConfig) -> SourceAndTarget:
        """Both sides with the special tokens that the tokenizer gives a text: the end token, and BART's BOS."""
        prefix = self.source_prefix(config)
        source = list(tokenizer(prefix + self.prompt_text(row))["input_ids"])
        target = list(tokenizer(text_target=self.reference(row))["input_ids"])
        ends = end_token_ids(tokenizer)
        if target[-1] not in ends:
            target.append(end_token_id(tokenizer))
        begun = source[:1] == [tokenizer.bos_token_id]
        head = begun + len(tokenizer(prefix, add_special_tokens=False)["input_ids"])
        return cut_sides(
            source,
            target,
            head=head,
            tail=int(source[-1] in ends),
            longest=(config.data.max_length, config.data.max_target_length),
            truncation_mode=config.data.truncation_mode,
        )

    def broken_truths(
        self,
        row: CanonicalRow,
        made: Sequence[Features],
        tokenizer: Any,
        config: TrainingConfig,  # noqa: ARG002 - they hold whatever is asked for
    ) -> Iterator[str]:
        """The truths that both sides break."""
        (sides,) = made
        assert isinstance(sides, SourceAndTarget)
        return broken_truths(sides, self.reference(row), tokenizer)

    def collator(self, tokenizer: Any, config: TrainingConfig) -> SourceCollator:
        """Each side padded on the right.

        Raises:
            ConfigurationError: the config asks for what an encoder-decoder cannot do.
        """
        _refuse_what_cannot_be(config)
        return SourceCollator(tokenizer.pad_token_id, config.data.max_length, config.data.max_target_length)

    def likelihood(
        self,
        model: Any,
        rows: Sequence[Sequence[Features]],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[RowLikelihood]:
        """Nats over the target of each row."""
        sides = [row for (row,) in rows if isinstance(row, SourceAndTarget)]
        nll = target_nll(
            model,
            sides,
            SourceCollator(0, config.data.max_length, config.data.max_target_length),
            batch_size=config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )
        return [RowLikelihood(value, row.trained_tokens) for value, row in zip(nll, sides, strict=True)]

    def answers(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[CanonicalRow],
        config: TrainingConfig,
        *,
        watch: Watch = UNWATCHED,
    ) -> list[str] | None:
        """The greedy answer to each source, cut as in training."""
        return answer_texts(
            model,
            tokenizer,
            [self.encode(row, tokenizer, config).kept_source for row in rows],
            max_new_tokens=config.evaluation.max_new_tokens,
            batch_size=config.evaluation.per_device_eval_batch_size,
            watch=watch,
        )

    def is_plain(self, row: CanonicalRow) -> bool:  # noqa: ARG002 - of every row
        """No chat template is applied: an encoder reads a text."""
        return True


def _refuse_what_cannot_be(config: TrainingConfig) -> None:
    if config.data.system_prompt:
        raise ConfigurationError(
            "An encoder-decoder reads one text and knows no system turn.",
            hint="Say it in data.source_prefix, and leave data.system_prompt out.",
            code="encoder-decoder-without-system",
        )
    if not config.strategy.completion_only_loss:
        raise ConfigurationError(
            "An encoder-decoder cannot be trained on its input.",
            hint="Leave strategy.completion_only_loss at true.",
            code="encoder-decoder-trains-answers",
        )
