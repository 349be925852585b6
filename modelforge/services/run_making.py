"""A config → the folder of its run: checked over all rows, complete or not made at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import PurePath
from typing import TYPE_CHECKING

from modelforge.evaluation.rewards.python_function import sha256_of
from modelforge.exceptions import ConfigurationError, HardwareError, ModelForgeException
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.run import RunSpec, RunTicket
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import DatasetFolder, ModelFolder

if TYPE_CHECKING:
    from modelforge.training.preparation import Preparation

RECORDED = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers", "modelforge")
"""Packages whose versions decide the result of a run."""


def make_run(
    config: TrainingConfig,
    files: FileManager,
    *,
    force: bool = False,
    owner: str | None = None,
    ticket: RunTicket | None = None,
    reward_source: bytes | None = None,
) -> RunSpec:
    """Check a config and make the folder of its run, complete or not at all; see `TrainingService.create`.

    Args:
        owner: the account that submitted it.
        ticket: its place in the server's queue; none for a run that is carried out in a terminal.
        reward_source: the Python file whose function is among the rewards; the run keeps a copy.
    """
    check_reward_file([config], reward_source is not None)
    from modelforge.training.preparation import prepare

    with files.scratch() as scratch:
        preparation = prepare(config, files, scratch / "data")
        refuse_broken(preparation, force=force)
        name = config.name or default_name(config, files)
        spec = RunSpec(
            id=files.new_run_id(name),
            name=name,
            created_at=datetime.now(UTC),
            config=config,
            dataset_sha256=preparation.dataset_sha256,
            versions={package: metadata.version(package) for package in RECORDED},
            owner=owner,
            model_commit=preparation.model_commit,
            model_sha256=preparation.model_sha256,
            reward_sha256=None if reward_source is None else sha256_of(reward_source),
        )
        files.create_run(
            spec,
            scratch / "data",
            preflight=preparation.preflight,
            plan=preparation.plan,
            ticket=ticket,
            reward_source=reward_source,
        )
    return spec


def needs_reward_file(config: TrainingConfig) -> bool:
    """Whether a function of the user's is among the rewards."""
    return isinstance(config.strategy, RlhfConfig) and config.strategy.needs_python_file


def check_reward_file(configs: Sequence[TrainingConfig], given: bool) -> None:
    """Refuse a Python reward without its file, and a file without such a reward. Raises ConfigurationError."""
    needed = any(needs_reward_file(config) for config in configs)
    if needed and not given:
        raise ConfigurationError(
            "A Python reward needs its file, which only the command line can name.",
            hint="Start the run with `modelforge train -c recipe.yaml --reward-file my_reward.py`.",
            code="reward-needs-file",
        )
    if given and not needed:
        raise ConfigurationError(
            "A reward file was given, but no reward of the recipe asks for a Python function.",
            hint="Add `{kind: python, function: score}` to strategy.rewards, or leave --reward-file out.",
        )


def default_name(config: TrainingConfig, files: FileManager) -> str:
    """`support-chat` for `sample:support` and `starter:chat`; what the library holds goes by its name, not its id."""
    dataset = _library_name(config.dataset, files.dataset)
    model = _library_name(config.model, files.model)
    return (
        "-".join(filter(None, (dataset or _last_part(config.dataset), model or _last_part(config.model))))[:100]
        or "run"
    )


def _library_name(named: str, find: Callable[[str], DatasetFolder | ModelFolder]) -> str | None:
    """What its owner calls a dataset or a model of the library, without a file's ending; None for all others."""
    try:
        manifest = find(named).read_manifest()
    except ModelForgeException:
        return None
    return PurePath(manifest.name).stem if isinstance(manifest, DatasetView) else manifest.name


def _last_part(named: str) -> str:
    """`chat` of `starter:chat`, `set` of `hub:owner/set`, `rows` of `data/rows.jsonl`."""
    return named.rpartition(":")[2].rstrip("/").rpartition("/")[2].partition(".")[0]


def refuse_broken(preparation: Preparation, *, force: bool) -> None:
    """Raise for what must not be trained. `force` overrides the memory plan, never a training truth."""
    broken = [finding for finding in preparation.preflight.findings if finding.severity == "error"]
    if broken:
        raise ConfigurationError(
            f"The preflight refuses this run. {broken[0].message}",
            hint=broken[0].fix,
            details={"preflight": preparation.preflight.model_dump(mode="json")},
            code="preflight-refuses",
            params={"finding": broken[0].message, "fix": broken[0].fix or ""},
        )
    if not preparation.plan.fits and not force:
        plan = preparation.plan
        raise HardwareError(
            f"The run needs {plan.total_bytes / 2**30:.1f} GiB on {plan.device}, which has "
            f"{plan.available_bytes / 2**30:.1f} GiB free.",
            hint=" ".join(one.message for one in plan.advice) or "Take a smaller model.",
            details={"plan": plan.model_dump(mode="json")},
            code="does-not-fit",
            params={
                "needed": round(plan.total_bytes / 2**30, 1),
                "free": round(plan.available_bytes / 2**30, 1),
                "device": plan.device,
            },
        )
