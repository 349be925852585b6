"""Every key of `TrainingConfig` reaches what it is for: each is changed, and its effect is looked at where it lands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config, write_rows

from modelforge.data.canonical_file import read_canonical
from modelforge.data.source import resolve_dataset
from modelforge.data.token_store import read_tokens
from modelforge.exceptions import HardwareError, NotFoundError, ProviderError
from modelforge.hardware.compute import resolve_compute
from modelforge.hardware.detector import detect
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.fields import config_fields
from modelforge.services.run_making import default_name
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.strategy import RunContext, Workbench
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.strategies.trained_parameters import settle_parameters
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.held_out import held_out_rows


@dataclass
class Place:
    """Where effects are looked at."""

    model: Path
    data: Path
    files: FileManager
    made: int = 0

    def config(self, written: dict[str, Any]) -> TrainingConfig:
        return tiny_config(self.model, self.data, **written)

    def run(self, config: TrainingConfig) -> Any:
        self.made += 1
        return make_run(config, self.files, f"run-{self.made}")


Observe = Callable[[Place, TrainingConfig], Any]


def rows(place: Place, config: TrainingConfig) -> Any:
    """The prepared rows, token by token."""
    data = PreparedData(place.run(config).folder.data)
    return [
        [(row["input_ids"], row["labels"]) for row in read_tokens(data.tokens(split))]
        if data.tokens(split).exists()
        else []
        for split in ("train", "validation")
    ]


def windows_of_a_text(_place: Place, config: TrainingConfig) -> Any:
    """The windows that a text longer than one of them is read in."""
    provider = HuggingFaceProvider()
    tokenizer = provider.load_tokenizer(provider.resolve("starter:encoder"))
    row = {"context": "Ada lives in Rome. " * 20, "question": "Where?", "answers": {"text": [], "answer_start": []}}
    made = TaskFactory.create_task("extractive-question-answering").features(row, tokenizer, config)
    return [features.columns["input_ids"] for features in made]


def sizes(place: Place, config: TrainingConfig) -> Any:
    return [len(part) for part in rows(place, config)]


def order_of_validation(place: Place, config: TrainingConfig) -> Any:
    return [row["row"] for row in read_canonical(PreparedData(place.run(config).folder.data).rows("validation"))]


def loaded(_place: Place, config: TrainingConfig) -> Any:
    compute = resolve_compute(config)
    compute.apply()
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    head = strategy.head(TaskFactory.create_task(config.task))
    options = LoadOptions(
        compute.device,
        compute.weights_dtype(config.finetuning_type),
        compute.attn_implementation,
        head_arguments=head.arguments,
    )
    provider = HuggingFaceProvider()
    model = provider.load_model(provider.resolve(config.model), head.model_class(), options)
    return strategy.prepare_model(model, config, provider, head)


def usable(_place: Place, config: TrainingConfig) -> Any:
    provider = ProviderFactory.create_provider(config.provider)
    return refusal(lambda: provider.validate_model_access(provider.resolve(config.model)))


def trainable(place: Place, config: TrainingConfig) -> Any:
    return sorted((name, tuple(p.shape)) for name, p in loaded(place, config).named_parameters() if p.requires_grad)


def scaling(place: Place, config: TrainingConfig) -> Any:
    return next(m.scaling["default"] for m in loaded(place, config).modules() if hasattr(m, "lora_A"))


def dropout(place: Place, config: TrainingConfig) -> Any:
    return sorted({m.p for m in loaded(place, config).modules() if type(m).__name__ == "Dropout"})


def adapters_begin_at_zero(place: Place, config: TrainingConfig) -> Any:
    return not any(p.any() for name, p in loaded(place, config).named_parameters() if "lora_B" in name)


def attention(place: Place, config: TrainingConfig) -> Any:
    return loaded(place, config).config._attn_implementation


def threads(_place: Place, config: TrainingConfig) -> Any:
    import torch

    resolve_compute(config).apply()
    return torch.get_num_threads()


def device(_place: Place, config: TrainingConfig) -> Any:
    return refusal(lambda: resolve_compute(config, detect().model_copy(update={"accelerators": ()})).device)


def precision(_place: Place, config: TrainingConfig) -> Any:
    return resolve_compute(config, detect().model_copy(update={"fast_bf16": False, "accelerators": ()})).precision


def refusal(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (HardwareError, ProviderError, NotFoundError) as error:
        return error.message


def made_trainer(place: Place, config: TrainingConfig) -> Any:
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    run = place.run(config)
    tokens = PreparedData(run.folder.data).tokens
    provider, task = HuggingFaceProvider(), TaskFactory.create_task(config.task)
    tokenizer = provider.load_tokenizer(provider.resolve(config.model))
    compute = resolve_compute(config)
    strategy.enter(
        RunContext(run.folder.read_spec(), run.folder, place.files, provider, compute, should_stop=lambda: False)
    )
    strategy.evaluator(task, tokenizer, config)
    return strategy.create_trainer(
        Workbench(
            config=config,
            compute=compute,
            task=task,
            head=strategy.head(task),
            model=loaded(place, config),
            tokenizer=tokenizer,
            train_rows=strategy.prepare_dataset(read_tokens(tokens("train")), config),
            validation_rows=read_tokens(tokens("validation")),
            output_folder=run.folder.staging,
        )
    )


def trainer_argument(name: str) -> Observe:
    return lambda place, config: getattr(made_trainer(place, config).args, name)


def learning_rates(place: Place, config: TrainingConfig) -> Any:
    trainer = made_trainer(place, config)
    settle_parameters(trainer, config)
    return {group["lr"] for group in trainer.create_optimizer().param_groups if group["params"]}


def checked(place: Place, config: TrainingConfig) -> Any:
    provider = HuggingFaceProvider()
    tokenizer = provider.load_tokenizer(provider.resolve(config.model))
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    return refusal(lambda: strategy.check(config, place.files, provider, tokenizer))


def packs(place: Place, config: TrainingConfig) -> Any:
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    tokens = read_tokens(PreparedData(place.run(config).folder.data).tokens("train"))
    return len(strategy.prepare_dataset(tokens, config))


def quantised(_place: Place, config: TrainingConfig) -> Any:
    import torch

    made = QuantizationFactory.create_config(config.quantization, torch.float32)
    return made and made.to_dict()


def steps(place: Place, config: TrainingConfig) -> Any:
    run = carry_out(place.run(config))
    return {
        "trained": [said["step"] for said in run.said("progress")],
        "evaluated": [said["step"] for said in run.said("evaluation")],
        "saved": [said["step"] for said in run.said("checkpoint")],
        "kept": sorted(path.name for path in run.folder.checkpoints.iterdir()),
        "result": json.loads(run.folder.trained.read_text())["checkpoint"],
    }


def samples(place: Place, config: TrainingConfig) -> Any:
    return carry_out(place.run(config)).said("samples")


def report(place: Place, config: TrainingConfig) -> Any:
    run = carry_out(place.run(config))
    return {
        "report": run.said("report"),
        "answers": json.loads(run.folder.scores("tuned").read_text())["answers"],
        "models": sorted((folder.read_manifest().kind, folder.id) for folder in place.files.models()),
        "tensorboard": run.folder.tensorboard.exists(),
        "dtype": saved_dtypes(place.files.model(run.model_id or "").root),
    }


def saved_dtypes(folder: Path) -> Any:
    from safetensors import safe_open

    with safe_open(next(folder.glob("*.safetensors")), "pt") as file:
        return {str(file.get_tensor(name).dtype) for name in file.keys()}  # noqa: SIM118 - it is not a mapping


STEPS = {"evaluation": {"generate": False}, "optimization": {"max_steps": 6}}
FOUR_BITS = {"quantization": {"bits": 4}}
DIVERGES = {
    "evaluation": {"generate": False, "eval_strategy": "steps", "eval_steps": 1},
    "optimization": {"max_steps": 6, "learning_rate": 0.9, "max_grad_norm": 0},
}
PAIRS = {"dataset": "PAIRS", "strategy": {"name": "dpo"}}
MARKS = {"dataset": "MARKS", "strategy": {"name": "kto"}}
REWARD = {"dataset": "PAIRS", "strategy": {"name": "reward"}}
RULE = {"kind": "length", "at_most": 4}
RLHF = {
    "dataset": "PAIRS",
    "strategy": {"name": "rlhf", "rewards": [RULE], "num_generations": 2, "max_completion_length": 8},
}
LONG = {"data": {"max_length": 48}}
SUMMARIES = {"task": "summarization", "model": "starter:seq2seq"}

EFFECTS: dict[str, tuple[Observe, dict[str, Any], Any]] = {
    # key → (what is looked at, what the config says beside it, the other value)
    "name": (lambda place, config: config.name or default_name(config, place.files), {}, "other"),
    "task": (lambda _, config: TaskFactory.create_task(config.task).primary_metric, {}, "summarization"),
    "model": (lambda _, config: HuggingFaceProvider().resolve(config.model), {}, "starter:chat"),
    "model_revision": (
        lambda _, config: HuggingFaceProvider().resolve("owner/name", config.model_revision),
        {},
        "v2",
    ),
    "provider": (usable, {"compute": {"device": "auto"}}, "unsloth"),
    "dataset": (rows, {}, "OTHER_FILE"),
    "dataset_revision": (
        lambda place, config: resolve_dataset("hub:owner/name", place.files, config.dataset_revision),
        {},
        "v2",
    ),
    "finetuning_type": (trainable, {}, "full"),
    "seed": (order_of_validation, {}, 7),
    "strategy.name": (quantised, {}, "qlora"),
    "strategy.completion_only_loss": (rows, {}, False),
    "strategy.assistant_only_loss": (rows, {"dataset": "CHATS"}, True),
    "strategy.packing": (packs, {}, True),
    "strategy.neftune_noise_alpha": (trainer_argument("neftune_noise_alpha"), {}, 5.0),
    "strategy.beta": (trainer_argument("beta"), PAIRS, 0.5),
    "strategy.loss_type": (trainer_argument("loss_type"), PAIRS, "ipo"),
    "strategy.label_smoothing": (
        trainer_argument("label_smoothing"),
        {**PAIRS, "strategy": {"name": "dpo", "loss_type": "robust", "label_smoothing": 0.2}},
        0.1,
    ),
    "strategy.desirable_weight": (trainer_argument("desirable_weight"), MARKS, 2.0),
    "strategy.undesirable_weight": (trainer_argument("undesirable_weight"), MARKS, 2.0),
    "strategy.center_rewards_coefficient": (trainer_argument("center_rewards_coefficient"), REWARD, 0.01),
    "strategy.algorithm": (lambda place, config: type(made_trainer(place, config).args).__name__, RLHF, "rloo"),
    "strategy.rewards": (trainer_argument("reward_weights"), RLHF, [{**RULE, "weight": 2}]),
    "strategy.reward_model": (checked, RLHF, "no-such-model"),
    "strategy.num_generations": (
        trainer_argument("num_generations"),
        {**RLHF, "optimization": {"per_device_train_batch_size": 4}},
        4,
    ),
    "strategy.max_completion_length": (trainer_argument("max_completion_length"), RLHF, 4),
    "strategy.temperature": (trainer_argument("temperature"), RLHF, 0.5),
    "strategy.top_p": (trainer_argument("top_p"), RLHF, 0.5),
    "strategy.epsilon": (trainer_argument("epsilon"), RLHF, 0.1),
    "strategy.num_iterations": (trainer_argument("num_iterations"), RLHF, 2),
    "strategy.scale_rewards": (trainer_argument("scale_rewards"), RLHF, "batch"),
    "strategy.mask_truncated_completions": (trainer_argument("mask_truncated_completions"), RLHF, True),
    "data.shape": (rows, {"dataset": "BOTH", "data": {"shape": "input_output"}}, "text"),
    "data.columns": (rows, {"dataset": "THREE"}, {"output": "other"}),
    "data.validation_dataset": (sizes, {}, "OTHER_FILE"),
    "data.validation_split": (sizes, {}, 0.5),
    "data.max_samples": (sizes, {}, 5),
    "data.drop_duplicates": (sizes, {"dataset": "TWICE"}, True),
    "data.system_prompt": (rows, {"data": {"max_length": 120}}, "Be kind."),
    "data.source_prefix": (rows, SUMMARIES, "TL;DR "),
    "data.max_length": (rows, {}, 48),
    "data.max_target_length": (rows, SUMMARIES, 2),
    "data.truncation_mode": (rows, LONG, "keep_end"),
    "data.doc_stride": (windows_of_a_text, {"data": {"max_length": 96}}, 16),
    "lora.r": (trainable, {}, 2),
    "lora.lora_alpha": (scaling, {}, 32),
    "lora.lora_dropout": (dropout, {}, 0.3),
    "lora.target_modules": (trainable, {}, ["q_proj"]),
    "lora.use_rslora": (scaling, {}, True),
    "lora.use_dora": (trainable, {}, True),
    "lora.init_lora_weights": (adapters_begin_at_zero, {}, "pissa"),
    "lora.loraplus_lr_ratio": (learning_rates, {}, 16.0),
    "quantization.bits": (quantised, {}, 8),
    "quantization.quant_type": (quantised, FOUR_BITS, "fp4"),
    "quantization.compute_dtype": (quantised, FOUR_BITS, "bfloat16"),
    "quantization.double_quant": (quantised, FOUR_BITS, False),
    "optimization.max_steps": (steps, STEPS, 3),
    "compute.device": (device, {}, "cuda"),
    "compute.precision": (precision, {"compute": {"precision": "auto"}}, "bf16"),
    "compute.attn_implementation": (attention, {}, "eager"),
    "compute.num_threads": (threads, {}, 2),
    "checkpointing.save_strategy": (steps, {**STEPS, "checkpointing": {"save_steps": 2}}, "no"),
    "checkpointing.save_steps": (steps, STEPS, 2),
    "checkpointing.save_total_limit": (steps, {**STEPS, "checkpointing": {"save_steps": 1}}, 1),
    "checkpointing.load_best_model_at_end": (steps, DIVERGES, True),
    "checkpointing.early_stopping_patience": (steps, DIVERGES, 1),
    "checkpointing.early_stopping_threshold": (
        steps,
        {**STEPS, "evaluation": DIVERGES["evaluation"], "checkpointing": {"early_stopping_patience": 2}},
        1000.0,
    ),
    "evaluation.eval_strategy": (steps, STEPS, "no"),
    "evaluation.eval_steps": (steps, {**STEPS, "evaluation": {**STEPS["evaluation"], "eval_strategy": "steps"}}, 2),
    "evaluation.generate": (report, {}, False),
    "evaluation.max_rows": (
        lambda place, config: held_out_rows(PreparedData(place.run(config).folder.data), config),
        {},
        3,
    ),
    "evaluation.max_new_tokens": (report, {}, 1),
    "evaluation.sample_rows": (samples, {}, 1),
    "evaluation.bootstrap_resamples": (report, {}, 100),
    "evaluation.confidence": (report, {}, 0.5),
    "logging.tensorboard": (report, {"optimization": {"max_steps": 1}}, True),
    "output.merge": (report, {"optimization": {"max_steps": 1}}, True),
    "output.dtype": (report, {"finetuning_type": "full", "optimization": {"max_steps": 1}}, "bfloat16"),
}
TRAINER_KEYS: dict[str, tuple[str, Any]] = {
    # key → (what it is called in TrainingArguments, the other value)
    "optimization.learning_rate": ("learning_rate", 0),
    "optimization.num_train_epochs": ("num_train_epochs", 1.5),
    "optimization.per_device_train_batch_size": ("per_device_train_batch_size", 3),
    "optimization.gradient_accumulation_steps": ("gradient_accumulation_steps", 3),
    "optimization.lr_scheduler_type": ("lr_scheduler_type", "linear"),
    "optimization.warmup_steps": ("warmup_steps", 0),
    "optimization.optim": ("optim", "adafactor"),
    "optimization.weight_decay": ("weight_decay", 0.1),
    "optimization.adam_beta1": ("adam_beta1", 0.8),
    "optimization.adam_beta2": ("adam_beta2", 0.95),
    "optimization.adam_epsilon": ("adam_epsilon", 1e-6),
    "optimization.max_grad_norm": ("max_grad_norm", 0),
    "optimization.label_smoothing_factor": ("label_smoothing_factor", 0.1),
    "compute.gradient_checkpointing": ("gradient_checkpointing", True),
    "compute.torch_compile": ("torch_compile", True),
    "compute.dataloader_num_workers": ("dataloader_num_workers", 1),
    "compute.full_determinism": ("full_determinism", True),
    "evaluation.per_device_eval_batch_size": ("per_device_eval_batch_size", 2),
    "logging.logging_steps": ("logging_steps", 3),
}
EFFECTS |= {key: (trainer_argument(name), {}, other) for key, (name, other) in TRAINER_KEYS.items()}


def test_every_key_is_looked_at() -> None:
    assert {field.dotted for field in config_fields()} == set(EFFECTS)


@pytest.mark.parametrize("key", sorted(EFFECTS))
def test_changing_the_key_changes_its_effect(
    key: str, tiny_model: Path, tmp_path: Path, files: FileManager, request: pytest.FixtureRequest
) -> None:
    if key == "compute.full_determinism":
        request.addfinalizer(allow_nondeterminism)
    observe, beside, other = EFFECTS[key]
    place = Place(tiny_model, write_rows(tmp_path / "rows.jsonl"), files)
    made = datasets(tmp_path)
    written = {name: made.get(value, value) if isinstance(value, str) else value for name, value in beside.items()}
    other = made.get(other, other) if isinstance(other, str) else other

    before = observe(place, place.config(written))
    after = observe(place, place.config(with_key(written, key, other)))

    assert before != after


def with_key(written: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    group, _, leaf = key.rpartition(".")
    return {**written, group: {**written.get(group, {}), leaf: value}} if group else {**written, leaf: value}


def datasets(folder: Path) -> dict[str, str]:
    """Files that a key needs to show its effect."""
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    kinds: dict[str, list[dict[str, Any]]] = {
        "OTHER_FILE": [{"input": f"other {n}", "output": str(n)} for n in range(9)],
        "CHATS": [{"messages": [{"role": r, "content": f"{t}{n}"} for r, t in turns]} for n in range(9)],
        "BOTH": [{"text": f"t{n}", "input": f"i{n}", "output": f"o{n}"} for n in range(9)],
        "THREE": [{"input": f"i{n}", "output": f"o{n}", "other": f"x{n}"} for n in range(9)],
        "PAIRS": [{"prompt": f"p{n} ", "chosen": f"yes {n}", "rejected": f"no {n}"} for n in range(9)],
        "MARKS": [{"prompt": f"p{n} ", "completion": f"yes {n}", "label": n % 2 == 0} for n in range(9)],
        "TWICE": [{"input": f"i{n % 6}", "output": f"o{n % 6}"} for n in range(12)],
    }
    made = {}
    for name, lines in kinds.items():
        path = folder / f"{name.lower()}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        made[name] = str(path)
    return made


def allow_nondeterminism() -> None:
    import torch

    torch.use_deterministic_algorithms(False)
