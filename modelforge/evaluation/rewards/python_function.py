"""A reward from a Python file of the user's, kept in the run's folder: the same code after every resume."""

from __future__ import annotations

import hashlib
import math
import traceback
from pathlib import Path
from typing import Any

from modelforge.evaluation.rewards.reward import Answer
from modelforge.evaluation.rewards.rules import Rule
from modelforge.exceptions import ConfigurationError, ErrorCode, Params, TrainingError
from modelforge.storage.atomic import storage_errors

LARGEST_BYTES = 1_000_000
SIGNATURE = "def {name}(prompt, answer, reference, row): return 1.0"


def read_source(path: Path) -> bytes:
    """The file as it is, checked only for being Python.

    Raises:
        ConfigurationError: it cannot be read, is too large, or is not valid Python; with the line.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The reward file {path} cannot be read: {error.strerror}.", hint="Check the path behind --reward-file."
        ) from error
    if len(source) > LARGEST_BYTES:
        raise ConfigurationError(f"The reward file {path} is larger than 1 MB.", hint="Name a Python file.")
    try:
        compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        raise ConfigurationError(
            f"The reward file {path} is not valid Python: {error}.", hint="Mend that line."
        ) from error
    return source


def sha256_of(source: bytes) -> str:
    """The digest under which a run remembers its reward file."""
    return hashlib.sha256(source).hexdigest()


def load_function(path: Path, name: str, sha256: str | None = None) -> Rule:
    """The function `name` of the file, as a rule; the file's own code runs once, here.

    Args:
        path: the file in the run's folder.
        name: the function.
        sha256: what the file must be; a file that was changed since the run began is refused.

    Raises:
        TrainingError: the file was changed, fails when it is run, or has no such function.
    """
    with storage_errors("read", path):
        source = path.read_bytes()
    if sha256 is not None and sha256_of(source) != sha256:
        raise TrainingError(
            f"{path.name} was changed after the run began.",
            hint="Start a new run with the changed file; a resumed run is judged by the same code throughout.",
            code="reward-file-changed",
            params={"file": path.name},
        )
    space: dict[str, Any] = {"__name__": "modelforge_reward", "__file__": str(path)}
    # The user's own file, named on the command line: nothing that comes over HTTP leads here.
    try:
        exec(compile(source, str(path), "exec"), space)
    except Exception as error:
        what = "The reward file fails when it is loaded"
        raise _failure(
            what,
            path,
            error,
            code="reward-file-fails",
            params={"where": _where(path, error), "reason": _reason(error)},
        ) from error
    function = space.get(name)
    if not callable(function):
        raise TrainingError(
            f"The reward file has no function {name!r}.",
            hint=f"Write `{SIGNATURE.format(name=name)}`, or name another with strategy.rewards.",
            code="reward-file-without-function",
            params={"name": name, "signature": SIGNATURE.format(name=name)},
        )
    return lambda answer: _call(function, path, answer)


def _call(function: Any, path: Path, answer: Answer) -> float:
    try:
        value = function(answer.prompt, answer.text, answer.reference, dict(answer.row))
    except Exception as error:
        what = f"The reward function failed on the answer {answer.text[:80]!r}"
        raise _failure(
            what,
            path,
            error,
            code="reward-function-fails",
            params={"where": _where(path, error), "reason": _reason(error), "answer": answer.text[:80]},
        ) from error
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    raise TrainingError(
        f"The reward function returned {value!r:.60} for the answer {answer.text[:80]!r}.",
        hint="It must return a finite number for every answer.",
        code="reward-is-no-number",
        params={"value": f"{value!r:.60}", "answer": answer.text[:80]},
    )


def _failure(what: str, path: Path, error: Exception, *, code: ErrorCode, params: Params) -> TrainingError:
    line = _line(path, error)
    place = f" in line {line}" if line else ""
    return TrainingError(
        f"{what}: {type(error).__name__}{place}: {error}",
        hint="Mend the file and start a new run; the worker's log has the whole traceback.",
        code=code,
        params=params,
    )


def _where(path: Path, error: Exception) -> str:
    """The file, and the line in it that was reached last, where one was: `score.py:3`."""
    line = _line(path, error)
    return f"{path.name}:{line}" if line else path.name


def _line(path: Path, error: Exception) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
