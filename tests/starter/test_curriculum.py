"""The curriculum and the way it becomes batches."""

import json
import math
import re
from random import Random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from modelforge import starter
from modelforge.starter import batches, corpus, curriculum, make_samples, pretrain, prove
from modelforge.starter.architecture import ARCHITECTURES, ENCODER_LENGTH, SOURCE_LENGTH, TARGET_LENGTH
from modelforge.starter.lessons import python_text, records, talks
from modelforge.starter.lessons.lesson import ASSISTANT, EOS, USER, ask


@pytest.fixture(scope="module")
def own() -> Tokenizer:
    return pretrain.load_or_train_tokenizer(pretrain.MODELS, seed=1)


def test_curriculum_depends_on_its_seed_alone() -> None:
    assert list(curriculum.documents(5, 200)) == list(curriculum.documents(5, 200))
    assert list(curriculum.documents(5, 200)) != list(curriculum.documents(6, 200))
    assert list(curriculum.pairs(5, 50)) == list(curriculum.pairs(5, 50))


def test_lessons_hold_no_empty_side_and_end_with_eos() -> None:
    for lesson in curriculum.lessons(2, 500):
        assert lesson.text or all(question and answer for question, answer in lesson.turns)
        assert lesson.as_chat().endswith(EOS)


def test_lesson_renders_as_the_chat_template_does() -> None:
    tokenizer = prove.AutoTokenizer.from_pretrained(starter.starter_path("chat"))
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert ask("a", "b").as_chat() == tokenizer.apply_chat_template(messages, tokenize=False)
    assert ask("a", "b").as_chat().endswith(f"{USER}a{EOS}{ASSISTANT}b{EOS}")


def test_records_are_mentioned_in_their_message() -> None:
    rng = Random(4)
    for _ in range(200):
        columns = records.schema(rng)
        text, record = records.message(rng, columns)
        copied = [column.key for column in columns if not column.names]
        assert all(record[key] in text or record[key].lower() in text for key in copied)
        assert json.loads(records.as_json(record)) == record


def test_notes_of_talks_hold_nothing_that_was_not_said() -> None:
    rng = Random(6)
    for _ in range(100):
        question, answer = talks.note(rng).turns[0]
        assert "]" not in answer.replace(")", "")
        assert set(re.findall(r"[0-9]+", answer)) <= set(re.findall(r"[0-9]+", question))


def test_cloze_answers_stand_in_their_context() -> None:
    inside = [answer.lower() in context.lower() for _, answer, context in curriculum.clozes(3, 300)]
    assert all(inside)


def test_pretraining_sees_no_row_of_the_samples() -> None:
    held_out = corpus.held_out_summaries()
    explained = python_text.explained(held_out)
    assert explained
    assert not held_out & {summary for _, summary in explained}
    support = {row["input"] for row in make_samples.support_rows()}
    assert not any(question in support for question, _ in curriculum.pairs(1, 500))
    notes = {row["summary"] for row in make_samples.conversation_rows(rows=50)}
    assert not any(answer in notes for _, answer in curriculum.pairs(1, 500))


def test_causal_batches_leave_questions_out_of_half_the_loss(own: Tokenizer) -> None:
    stream = torch.from_numpy(corpus.encode(own, curriculum.documents(1, 400)).astype("int32"))
    batch = batches.CausalBatches(stream, 4, own, seed=0).draw()
    assert batch["input_ids"].shape == (4, 1024)
    assert (batch["labels"][:2] == batch["input_ids"][:2]).all()
    assert 0 < (batch["labels"][2:] == batches.IGNORED).sum() < batch["labels"][2:].numel()
    asked = own.token_to_id(USER)
    assert (batch["labels"][2:][batch["input_ids"][2:] == asked] == batches.IGNORED).all()


def test_cloze_batches_hide_tokens_and_mark_segments(own: Tokenizer) -> None:
    row = np.zeros((3, ENCODER_LENGTH + 3), dtype=np.int16)
    row[:, :60], row[:, ENCODER_LENGTH:] = np.arange(10, 70), (5, 8, 20)
    batch = batches.ClozeBatches(torch.from_numpy(row), 64, own, seed=0).draw()
    hidden = batch["labels"] != batches.IGNORED
    assert (batch["labels"][hidden] == torch.from_numpy(row[:1, :ENCODER_LENGTH]).long().expand(64, -1)[hidden]).all()
    assert not hidden[:, 60:].any()
    assert (batch["token_type_ids"].sum(1) == 40).all()
    assert hidden[:, 5:8].all(1).float().mean() > 0.3


def test_pair_batches_are_as_wide_as_their_longest_row() -> None:
    rows = torch.zeros(40, SOURCE_LENGTH + TARGET_LENGTH, dtype=torch.int16)
    for index in range(40):
        rows[index, : 3 + index], rows[index, SOURCE_LENGTH : SOURCE_LENGTH + 4] = 9, 8
    batch = batches.PairBatches(rows, 1000, seed=0).draw()
    assert batch["input_ids"].shape[1] == batch["attention_mask"].sum(1).max()
    assert batch["labels"].shape[1] == 4


def test_learning_rate_warms_up_holds_and_falls() -> None:
    shares = [pretrain.learning_rate_share(step, step / 1000) for step in (0, 99, 400, 750, 1000)]
    assert shares == pytest.approx([0.01, 1.0, 1.0, 0.5, 0.0])


@pytest.mark.parametrize("name", ["masked-lm", "seq2seq"])
def test_a_short_pretraining_writes_a_folder_that_loads(name, own, tmp_path, monkeypatch) -> None:
    rows = {
        "masked-lm": np.full((8, ENCODER_LENGTH + 3), 9, dtype=np.uint16),
        "seq2seq": np.full((8, SOURCE_LENGTH + TARGET_LENGTH), 9, dtype=np.uint16),
    }
    monkeypatch.setattr(corpus, "cloze_rows", lambda *_: rows["masked-lm"])
    monkeypatch.setattr(corpus, "pair_rows", lambda *_: rows["seq2seq"])
    (tmp_path / "chat").mkdir()
    own.save(str(tmp_path / "chat" / "tokenizer.json"))
    pretrain.pretrain(
        pretrain.parse(
            ["--architecture", name, "--steps", "1", "--batch-tokens", "512", "--no-compile", "--output", str(tmp_path)]
        )
    )
    folder = tmp_path / ARCHITECTURES[name].folder
    assert {"config.json", "model.safetensors", "tokenizer.json", "pretraining.json"} <= {
        p.name for p in folder.iterdir()
    }


def test_one_step_of_the_proof_runs() -> None:
    rows = make_samples.support_rows(rows=10)
    recipe = prove.Recipe(held_out=2, num_train_epochs=0.5, learning_rate=2e-3)
    outcome = prove.run(recipe, rows, starter.starter_path("chat"), seed=0, device="cpu")
    assert (outcome.steps, outcome.base) == (1, 0.0)


def test_one_step_of_the_proof_runs_on_the_encoder_decoder() -> None:
    rows = make_samples.conversation_rows(rows=10)
    recipe = prove.Recipe(held_out=2, num_train_epochs=0.5, learning_rate=2e-3)
    outcome = prove.run(recipe, rows, starter.starter_path("seq2seq"), seed=0, device="cpu")
    assert (outcome.steps, outcome.base) == (1, 0.0)
    assert outcome.loss < math.log(4096), "worse than a guess: the labels are not what the model wrote in pretraining"
