"""Merging: full weights that answer as the adapter does, or nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from modelforge.evaluation.report_text import write_report
from modelforge.exceptions import ConflictError, TrainingError
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.report import EvaluationReport, ExampleAnswer
from modelforge.schemas.run import RunSpec
from modelforge.starter import starter_path
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.training import merge as merging
from modelforge.training.merge import PROMPTS, merge
from modelforge.training.merge_check import TOLERANCE, Answer, answer_all, check_merge, unrest
from modelforge.training.publish import publish
from tests.tasks.tiny_t5 import make_t5

RUN = "support-20261123-231100-9f2c"
SHARP = {"initializer_factor": 4.0, "d_model": 64, "num_heads": 4, "num_layers": 2, "num_decoder_layers": 2}
"""A T5 with weights so large that its attention is decided by the last bits of a score."""


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def run_spec(model: str, run_id: str = RUN) -> RunSpec:
    return RunSpec(
        id=run_id,
        name="support",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model=model, dataset="sample:support"),
        dataset_sha256=None,
        versions={},
    )


def adapter(files: FileManager, base: Path, model: str | None = None, run_id: str = RUN, **lora: Any) -> ModelManifest:
    """A published adapter that changes every answer."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(1)
    weights = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    tuned = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", **lora))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    return publish(
        tuned,
        AutoTokenizer.from_pretrained(base),
        spec=run_spec(model or str(base), run_id),
        base=ModelSource(str(base)),
        report=None,
        files=files,
    )


@pytest.mark.parametrize("lora", [{}, {"use_rslora": True}, {"use_dora": True}])
def test_merged_weights_answer_as_the_adapter(tiny_model: Path, files: FileManager, lora: dict[str, Any]) -> None:
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoModelForCausalLM

    manifest = adapter(files, tiny_model, **lora)
    merged = merge(manifest.id, files=files)
    root = files.model(merged.id).root
    assert merged.id == f"{manifest.id}-merged"
    assert (merged.kind, merged.run_id, merged.base_model) == ("merged", RUN, manifest.base_model)
    assert merged.merge_check is not None
    assert merged.merge_check["same_answers"] == merged.merge_check["prompts"] == len(PROMPTS)
    assert merged.merge_check["largest_logit_difference"] <= 1e-4
    assert not (root / "adapter_config.json").exists()
    ids = torch.tensor([[5, 9, 30, 44]])
    with torch.no_grad():
        ours = AutoModelForCausalLM.from_pretrained(root)(input_ids=ids).logits
        theirs = AutoPeftModelForCausalLM.from_pretrained(files.model(manifest.id).root)(input_ids=ids).logits
        base = AutoModelForCausalLM.from_pretrained(tiny_model)(input_ids=ids).logits
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    assert (ours - base).abs().max() > 100 * (ours - theirs).abs().max()


def test_the_starter_merges_in_half_precision_within_its_rounding(files: FileManager) -> None:
    manifest = adapter(files, starter_path("chat"), "starter:chat")
    merged = merge(manifest.id, files=files, dtype="bfloat16")
    assert merged.merge_check is not None
    assert merged.merge_check["dtype"] == "bfloat16"
    assert 0 < merged.merge_check["largest_logit_difference"] < merged.merge_check["tolerance"]
    assert "logits apart by at most" in (files.model(merged.id).root / "README.md").read_text()


def test_merging_twice_gives_the_first_and_never_another_s(tiny_model: Path, files: FileManager) -> None:
    manifest = adapter(files, tiny_model)
    other = adapter(files, tiny_model, run_id="other-run")
    first = merge(manifest.id, files=files)
    assert merge(manifest.id, files=files) == first
    with pytest.raises(ConflictError, match="already"):
        merge(other.id, files=files, new_id=first.id)
    assert len(files.models()) == 3


def test_a_merge_in_another_number_type_is_not_taken_for_the_one_asked_for(
    tiny_model: Path, files: FileManager
) -> None:
    manifest = adapter(files, tiny_model)
    first = merge(manifest.id, files=files)  # in the base's, float32
    assert merge(manifest.id, files=files, dtype="float32") == first

    with pytest.raises(ConflictError, match="in float32 and not in bfloat16") as caught:
        merge(manifest.id, files=files, dtype="bfloat16")

    assert caught.value.code == "merged-in-other-type"
    other = merge(manifest.id, files=files, dtype="bfloat16", new_id="in-half")
    assert (other.merged_from, (other.merge_check or {})["dtype"]) == (manifest.id, "bfloat16")
    assert {tensor.dtype for tensor in load_file(files.model("in-half").root / "model.safetensors").values()} == {
        torch.bfloat16
    }


def test_adapters_that_no_run_made_are_told_apart(tiny_model: Path, files: FileManager) -> None:
    one, other = (adapter(files, tiny_model, run_id=name) for name in ("one", "other"))
    for manifest in (one, other):
        write_json(files.model(manifest.id).manifest, {**manifest.model_dump(mode="json"), "run_id": None})
    first = merge(one.id, files=files, new_id="whole")

    assert merge(one.id, files=files, new_id="whole") == first
    with pytest.raises(ConflictError, match="There is a model whole already"):
        merge(other.id, files=files, new_id="whole")


def test_a_merge_of_an_earlier_version_is_known_by_its_run(tiny_model: Path, files: FileManager) -> None:
    manifest = adapter(files, tiny_model)
    first = merge(manifest.id, files=files).model_copy(update={"merged_from": None})
    write_json(files.model(first.id).manifest, first.model_dump(mode="json", exclude={"merged_from"}))

    assert merge(manifest.id, files=files) == first


def test_full_weights_cannot_be_merged(tiny_model: Path, files: FileManager) -> None:
    merged = merge(adapter(files, tiny_model).id, files=files)
    with pytest.raises(ConflictError, match="full weights already"):
        merge(merged.id, files=files)


def test_a_merge_that_answers_differently_is_not_kept(
    tiny_model: Path, files: FileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = adapter(files, tiny_model)
    save = merging.save_full

    def damage(model: Any, folder: Path, dtype: Any) -> None:

        with torch.no_grad():
            model.model.layers[0].mlp.down_proj.weight.add_(0.05)
        save(model, folder, dtype)

    monkeypatch.setattr(merging, "save_full", damage)
    with pytest.raises(TrainingError, match="does not answer as the adapter does: a logit differs by") as caught:
        merge(manifest.id, files=files)
    assert caught.value.hint
    assert caught.value.code == "merge-differs"
    assert caught.value.params["difference"] > caught.value.params["allowed"] > 0
    assert [folder.id for folder in files.models()] == [manifest.id]
    assert list((files.home / "cache" / "scratch").iterdir()) == []


def sharp_t5(files: FileManager, folder: Path) -> ModelManifest:
    """A published adapter on a T5 of which fp32 does not tell the logits to four digits."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    weights = AutoModelForSeq2SeqLM.from_pretrained(make_t5(folder, **SHARP), dtype=torch.float32)
    torch.manual_seed(1)
    tuned = get_peft_model(weights, LoraConfig(r=4, target_modules="all-linear", task_type="SEQ_2_SEQ_LM"))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    spec = run_spec(str(folder))
    return publish(
        tuned,
        AutoTokenizer.from_pretrained(folder),
        spec=spec.model_copy(update={"config": spec.config.model_copy(update={"task": "summarization"})}),
        base=ModelSource(str(folder)),
        report=None,
        files=files,
    )


def test_what_a_model_makes_of_rounding_is_no_difference_of_the_merge(
    files: FileManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = sharp_t5(files, tmp_path / "t5")
    with monkeypatch.context() as calm:
        calm.setattr(merging, "unrest", lambda *_: 0.0)
        with pytest.raises(TrainingError, match="a logit differs by"):
            merge(manifest.id, files=files)

    check = merge(manifest.id, files=files).merge_check or {}

    assert check["dtype"] == "float32"
    assert check["same_answers"] == check["prompts"]
    assert check["largest_logit_difference"] <= check["tolerance"]


@pytest.mark.parametrize("wrong", [0.0, 1.01], ids=["one layer's adapter lost", "one layer's scale off"])
def test_a_wrong_merge_of_such_a_model_is_refused_all_the_same(
    files: FileManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    manifest = sharp_t5(files, tmp_path / "t5")

    def then_spoilt(loaded: LoadedModel, *rest: Any) -> float:
        moved = unrest(loaded, *rest)
        # All has answered; what is merged after this is something else.
        loaded.model.base_model.model.decoder.block[0].layer[0].SelfAttention.v.scaling["default"] *= wrong
        return moved

    monkeypatch.setattr(merging, "unrest", then_spoilt)
    with pytest.raises(TrainingError, match="a logit differs by"):
        merge(manifest.id, files=files)
    assert [folder.id for folder in files.models()] == [manifest.id]


def test_a_calm_model_is_given_no_more_room_than_its_weights_are_rounded_by(
    tiny_model: Path, files: FileManager
) -> None:
    check = merge(adapter(files, tiny_model).id, files=files).merge_check or {}

    answers = answer_all(ChatEngine(merging.load_in_fp32(files.model(RUN).root), files), PROMPTS)
    largest = max(float(answer.logits.abs().max()) for answer in answers)
    assert check["tolerance"] == pytest.approx(TOLERANCE["float32"] * largest, rel=1e-3)


def test_what_makes_more_of_rounding_than_half_precision_may_is_not_let_through() -> None:

    ours, theirs = (Answer([1], "a", [2], torch.tensor([[10.0, one]])) for one in (1.0, 1.3))

    with pytest.raises(TrainingError, match=r"a logit differs by 0\.3, more than 0\.2"):
        check_merge([ours], [theirs], "float32", adapter_unrest=5.0)


def test_another_chat_template_is_not_kept(
    tiny_model: Path, files: FileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import PreTrainedTokenizerFast as tokenizer_class

    manifest = adapter(files, tiny_model)
    save = merging.save_full

    def save_and_forget(model: Any, folder: Path, dtype: Any) -> None:
        save(model, folder, dtype)
        original = tokenizer_class.save_pretrained
        monkeypatch.setattr(
            tokenizer_class,
            "save_pretrained",
            lambda self, target: (original(self, target), (target / "chat_template.jinja").unlink()),
        )

    monkeypatch.setattr(merging, "save_full", save_and_forget)
    with pytest.raises(TrainingError, match="other ids"):
        merge(manifest.id, files=files)
    assert len(files.models()) == 1


def test_a_weight_that_is_no_number_is_refused(
    tiny_model: Path, files: FileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = adapter(files, tiny_model)
    save = merging.save_full

    def damage(model: Any, folder: Path, dtype: Any) -> None:

        with torch.no_grad():
            model.model.norm.weight[0] = float("nan")
        save(model, folder, dtype)

    monkeypatch.setattr(merging, "save_full", damage)
    with pytest.raises(TrainingError, match="differs by nan"):
        merge(manifest.id, files=files)


def test_prompts_of_the_run_are_asked_too(tiny_model: Path, files: FileManager) -> None:
    with files.scratch() as scratch:
        (scratch / "data").mkdir()
        folder = files.create_run(run_spec(str(tiny_model)), scratch / "data")
    report = EvaluationReport(
        metrics={},
        primary_metric="exact_match",
        verdict="no evidence",
        sentence="None.",
        confidence=0.95,
        examples=tuple(ExampleAnswer(prompt=f"ask {n}", expected="", base="", tuned="") for n in range(3)),
    )
    write_report(report, folder.report_json)
    merged = merge(adapter(files, tiny_model).id, files=files)
    assert merged.merge_check is not None
    assert merged.merge_check["prompts"] == len(PROMPTS) + 3
    assert "```yaml" in (files.model(merged.id).root / "README.md").read_text()


def test_long_ids_stay_ids(tiny_model: Path, files: FileManager) -> None:
    long = "a" * 40 + "-20261123-231100-9f2c"
    merged = merge(adapter(files, tiny_model, run_id=long).id, files=files)
    assert len(merged.id) <= 64
    assert merged.id.endswith("-20261123-231100-9f2c-merged")
