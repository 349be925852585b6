"""Every error that ModelForge raises on purpose.

    ModelForgeException            500  something went wrong inside ModelForge
    ├── ConfigurationError         422  a recipe, option or environment variable is not usable
    ├── DatasetValidationError     422  the data breaks a rule; carries the problems, by line
    ├── NotFoundError              404  no run, model or dataset has this id
    ├── ConflictError              409  the thing is in a state that does not allow this
    ├── RequestRefusedError        400  a request names a host that this server does not answer to
    ├── AuthenticationError        401  a request carries no valid token
    ├── PermissionDeniedError      403  the caller, or the page that asks, may not do this
    ├── TooLargeError              413  a body or an upload is above the limit
    ├── MediaTypeError             415  a body is of a kind that this route does not take
    ├── TooManyRequestsError       429  a caller asks faster than the limit
    ├── ProviderError              424  a model could not be found, reached or loaded
    ├── StrategyError              422  the strategy cannot work with this model or data
    ├── TrainingError              500  a run failed
    │   └── DivergenceError        500  its loss is no longer a number
    ├── HardwareError              422  this machine has not got what the run needs
    ├── StorageError               507  a file could not be written or read
    ├── ExhaustedError             503  the server has no open files, processes or memory left to begin this
    └── DatabaseError              500  the index could not be read or written
        └── UnreadableRowError     500  one row of it cannot be understood; the others can

Each class carries the HTTP status that answers it, and each error a hint that says what to do next. What the hub does,
or what a run needs and this machine lacks, is no fault of the server, and so never a 5xx.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

# fmt: off
ErrorCode = Literal[
    "adapter-base-gone", "adapter-config-damaged", "adapter-does-not-fit", "adapter-head-of-other-size",
    "adapter-into-fewer-bits", "adapter-misses-states", "adapter-without-base", "answer-out-of-memory",
    "answering-process-died", "answers-not-sampled", "base-already-merged", "base-changed", "base-not-known",
    "base-not-on-hub", "bf16-emulated", "cannot-be-asked", "checkpoint-changed", "checkpoint-not-readable",
    "checkpoint-of-other-model", "columns-not-chosen", "config-not-usable", "context-not-wanted", "context-wanted",
    "conversation-too-long", "database-failed", "database-of-other-version", "database-unreachable",
    "dataset-has-problems", "dataset-without-file", "device-against-recipe", "device-not-found", "disk-full",
    "disk-full-for-file", "disk-too-small", "diverged-at-step", "does-not-fit", "download-link-expired",
    "earlier-stage-failed", "earlier-stage-not-done", "earlier-stage-unsuccessful", "encoder-decoder-trains-answers",
    "encoder-decoder-without-system", "encoder-makes-no-summaries", "events-damaged", "export-chooses-otherwise",
    "export-diverges", "export-id-taken", "export-not-compared", "export-splits-otherwise", "export-weights-off",
    "export-writes-none", "file-damaged", "file-damaged-at", "file-too-large", "form-not-readable", "form-without-file",
    "fp16-on-cpu", "gated-for-account", "gated-without-token", "gguf-blocks-uneven", "gguf-model-unusual",
    "gguf-no-place", "gguf-tokenizer-unknown", "gguf-type-unknown", "gpu-out-of-memory", "head-writes-no-text",
    "host-refused", "hub-busy", "hub-dataset-not-read", "hub-knows-nothing", "hub-name-wrong", "hub-offline",
    "hub-refuses-token", "hub-status", "hub-unreachable", "internal-error", "job-died", "job-ended", "job-not-failed",
    "job-under-way", "job-unforeseen", "json-too-deep", "key-not-usable", "key-used-before", "later-stage-needs-run",
    "loss-not-a-number", "machine-out-of-memory", "merge-answers-differ", "merge-differs", "merge-splits-otherwise",
    "merged-in-other-type", "merged-model-exists", "mixture-of-experts", "model-config-lacks", "model-file-no-object",
    "model-file-not-read", "model-in-use", "model-not-here", "model-not-loaded", "model-scores-not-numbers",
    "model-unloaded", "name-taken", "names-a-path", "no-config-json", "no-end-token", "no-hub-token", "no-model-fits",
    "no-model-folder", "no-pad-token", "no-report-yet", "no-reward-model", "no-rewards-named", "no-row-measurable",
    "no-run-made-model", "no-safetensors", "no-token", "not-a-hub-token", "not-in-database", "not-on-this-list",
    "not-safetensors", "nothing-of-this-name", "nothing-to-write-on", "nul-in-address", "other-origin", "other-waits",
    "packing-mixes-rows", "packing-wants-causal", "prediction-stopped", "predicts-nothing", "preflight-refuses",
    "process-ended", "process-not-started", "process-out-of-memory", "processes-not-ended",
    "push-incomplete", "push-not-confirmed",
    "quantised-already", "quantization-not-installed", "question-leaves-no-text", "recipe-key-twice", "recipe-not-yaml",
    "recipe-repeats-too-much", "recipe-without-keys", "repository-exists", "request-not-valid", "reward-file-changed",
    "reward-file-fails", "reward-file-without-function", "reward-function-fails", "reward-is-no-number",
    "reward-model-of-other-tokens", "reward-model-writes-none", "reward-needs-file", "reward-scores-not-numbers",
    "rows-all-alike", "run-ended", "run-held-out-nothing", "run-in-work", "run-locked-elsewhere", "run-not-resumable",
    "run-not-understood", "run-not-waiting", "run-submitted-twice", "run-succeeded", "scope-missing", "server-ended",
    "server-ending", "sign-in-incomplete", "sign-in-link-used", "sign-in-wrong", "smoothing-not-on-spans",
    "stages-not-a-list", "stages-not-here", "start-changes-shared", "start-rank-too-high", "start-wants-linear",
    "storage-failed", "supervisor-ended", "takes-no-tools", "task-against-recipe", "task-continues-text",
    "task-points-or-continues", "task-reads-with-one-stack", "template-begins-otherwise", "template-refuses",
    "template-rewrites-turns", "template-writes-no-tools", "token-in-environment", "token-not-valid",
    "tokenizer-not-loaded", "tokenizer-without-places", "too-few-runs", "too-many-questions", "too-many-requests",
    "trained-weights-damaged", "trained-without-checkpoint", "training-goes-first", "type-made-of-code",
    "type-not-in-transformers", "unforeseen", "unknown-model-type", "unknown-revision", "unknown-target-modules",
    "unknown-token", "unsloth-missing", "unsloth-not-importable", "unsloth-not-loaded", "unsloth-takes-no-adapter",
    "unsloth-without-gpu", "upload-cut", "upload-cut-and-kept", "upload-in-use", "upload-not-whole", "upload-too-long",
    "upload-without-name", "weights-damaged", "weights-in-other-form", "weights-of-other-architecture",
    "worker-died-again", "worker-not-started", "writes-no-answers", "wrong-place-in-upload",
]
# fmt: on
"""The errors whose words are kept in other languages too, by these names. Those of plug-ins have none, nor have most
that a terminal alone meets."""
Params = dict[str, str | int | float]
"""The values within a text, by name, with which it can be said in another language."""


class ModelForgeException(Exception):
    """Base of all errors: what was found in `message`, what to do in `hint`, machine-readable `details`.

    `code` says which text the two are, and `params` the values within them, for other languages.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "ModelForge error"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        code: ErrorCode | None = None,
        params: Params | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = dict(details or {})
        self.code = code
        self.params: Params = dict(params or {})

    @property
    def slug(self) -> str:
        """The kind of error as a stable, hyphenated word: `dataset-validation-error`."""
        return self.title.lower().replace(" ", "-")

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ConfigurationError(ModelForgeException):
    """A recipe, option or environment variable is not usable."""

    status = 422
    title = "Configuration error"


class DatasetValidationError(ModelForgeException):
    """The data breaks a rule. `details["errors"]` lists the first problems, `details["total"]` counts all."""

    status = 422
    title = "Dataset validation error"


class NotFoundError(ModelForgeException):
    """No run, model or dataset has this id."""

    status = 404
    title = "Not found"

    @classmethod
    def named(cls, noun: str, name: str, *, hint: str) -> NotFoundError:
        """There is no `noun` of this name."""
        found = f"There is no {noun} {name!r}."
        return cls(found, hint=hint, code="nothing-of-this-name", params={"name": name})


class ConflictError(ModelForgeException):
    """The thing is in a state that does not allow this."""

    status = 409
    title = "Conflict"


class RequestRefusedError(ModelForgeException):
    """A request names a host that this server does not answer to."""

    status = 400
    title = "Request refused"


class AuthenticationError(ModelForgeException):
    """A request carries no valid token."""

    status = 401
    title = "Not signed in"


class PermissionDeniedError(ModelForgeException):
    """The caller, or the page that asks, may not do this."""

    status = 403
    title = "Not allowed"


class TooLargeError(ModelForgeException):
    """A body or an upload is above the limit."""

    status = 413
    title = "Too large"


class MediaTypeError(ModelForgeException):
    """A body is of a kind that this route does not take."""

    status = 415
    title = "Wrong media type"


class TooManyRequestsError(ModelForgeException):
    """A caller asks faster than the limit; `details["retry_after"]` has the seconds to wait."""

    status = 429
    title = "Too many requests"


class ProviderError(ModelForgeException):
    """A model could not be found, reached or loaded."""

    status = 424
    title = "Provider error"


class StrategyError(ModelForgeException):
    """The strategy cannot work with this model or data."""

    status = 422
    title = "Strategy error"


class TrainingError(ModelForgeException):
    """A run failed."""

    title = "Training error"


class DivergenceError(TrainingError):
    """A run's loss is no longer a number."""

    title = "Divergence error"


class HardwareError(ModelForgeException):
    """This machine has not got what the run needs."""

    status = 422
    title = "Hardware error"


class StorageError(ModelForgeException):
    """A file could not be written or read."""

    status = 507
    title = "Storage error"


class ExhaustedError(ModelForgeException):
    """The server has no open files, processes or memory left to begin this; `details["retry_after"]` has the seconds
    after which it may be tried again."""

    status = 503
    title = "Exhausted error"


class DatabaseError(ModelForgeException):
    """The index of runs, models and datasets could not be read or written."""

    title = "Database error"


class UnreadableRowError(DatabaseError):
    """One row of the index cannot be understood: another version wrote it, or a disk has changed it."""

    title = "Unreadable row error"


def told(error: ModelForgeException) -> dict[str, Any]:
    """An error as JSON, for another process."""
    return {
        "class": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "details": error.details,
        "code": error.code,
        "params": error.params,
    }


def restored(document: Mapping[str, Any]) -> ModelForgeException:
    """An error from what `told` made of it, as the class that it was."""
    classes: list[type[ModelForgeException]] = [ModelForgeException, *_subclasses(ModelForgeException)]
    kind = {known.__name__: known for known in classes}.get(document["class"], ModelForgeException)
    values = {name: document[name] for name in ("hint", "details", "code", "params")}
    return kind(document["message"], **values)


def _subclasses(kind: type[ModelForgeException]) -> list[type[ModelForgeException]]:
    return [sub for child in kind.__subclasses__() for sub in (child, *_subclasses(child))]
