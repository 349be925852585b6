"""Write the reference pages from the code: `make docs`, or `python docs/generate.py [FOLDER]`.

One function per page, each from the one place that the product itself goes by: the schema, the command line, the
settings, the events, the folders, the error tree. A test holds the committed pages against what this writes.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import data_problems
import support_matrix
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from modelforge import exceptions
from modelforge.cli.app import COMMANDS, load_command
from modelforge.schemas import events
from modelforge.schemas.config.fields import ConfigField, config_fields
from modelforge.schemas.config.plug_ins import NameIn
from modelforge.schemas.config.spellings import FLAT
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.settings import Settings
from modelforge.storage.folders import DatasetFolder, ModelFolder, RunFolder
from modelforge.storage.prepared_data import PreparedData
from modelforge.storage.upload_folder import UploadFolder

REFERENCE = Path(__file__).parent / "reference"
GENERATED = "<!-- Written by docs/generate.py. Do not edit; run `make docs`. -->"
LIMITS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
NOT_A_FILE = {"id", "home", "root", "size", "content", "has_validation"}

PLAIN_FILES = {
    "preflight": "The verdict of the preflight: every training truth, row counts and lengths.",
    "events": "What the run said, one JSON object per line.",
    "checkpoints": "The published checkpoints: `checkpoint-STEP/`, each with its `MANIFEST.json`.",
    "report": "The before/after report, and the scores that it rests on.",
    "report_json": "The report for machines; `report.md` beside it for people.",
    "tensorboard": "TensorBoard logs, unless they are turned off.",
    "manifest": "What it is and where it came from; the last file written, so a folder without it is not listed.",
}
"""File → description, for those whose property has no sentence of its own."""


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File name → text of each generated page."""
    made = {
        "configuration.md": configuration(),
        "environment.md": environment(),
        "cli.md": command_line(),
        "events-and-files.md": events_and_files(),
        "errors.md": errors(),
        "support.md": support_matrix.page(),
        "data-problems.md": data_problems.page(),
    }
    return {name: "\n".join((GENERATED, "", *lines)).rstrip() + "\n" for name, lines in made.items()}


# Configuration


def configuration() -> list[str]:
    """Every key with its default, its limits, its sentence and the other names under which it is accepted."""
    lines = [
        "# Configuration",
        "",
        "Every key of a recipe, and of an override on the command line. Only `model` and `dataset` have to be given.",
        "An unknown key is refused with the nearest known one. A key of a group is written inside its group",
        "(`optimization: {learning_rate: 1.0e-4}`), as a path on the command line (`optimization.learning_rate=1e-4`),",
        "or alone at the top level where its name is unique. A value of 0 stays 0.",
    ]
    for group in dict.fromkeys(field.path[0] if len(field.path) == 2 else "" for field in config_fields()):
        members = [f for f in config_fields() if (f.path[0] if len(f.path) == 2 else "") == group]
        lines += ["", f"## {group or 'Top level'}", ""]
        if group and (about := _group_sentence(group)):
            lines += [about, ""]
        lines += ["| key | default | allowed | what it does | also accepted |", "|---|---|---|---|---|"]
        lines += [_config_row(field) for field in members]
    return lines


def _group_sentence(group: str) -> str:
    if group == "strategy":
        return "How the model learns. `strategy: sft` means the defaults of `sft`."
    annotation = TrainingConfig.model_fields[group].annotation
    return (inspect.getdoc(annotation) or "").splitlines()[0]


def _config_row(field: ConfigField) -> str:
    spellings = ", ".join(_spelling(name) for name, (path, _) in FLAT.items() if path == field.path)
    sentence = " ".join((field.info.description or "").split())
    if field.dotted == "strategy.name":
        return f"| `strategy.name` | `sft` | {_choices(field.owners)} | Which strategy. | {spellings} |"
    return f"| `{field.dotted}` | {_default(field.info)} | {_allowed(field.info)} | {_cell(sentence)} | {spellings} |"


def _spelling(name: str) -> str:
    """Another tool's name; `train_on_inputs: true` for example means the opposite of our key."""
    _, read = FLAT[name]
    return f"`{name}`" + (" (its opposite)" if read(True) is False else "")


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if value is None:
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(info: FieldInfo) -> str:
    named = next((choice for choice in info.metadata if isinstance(choice, NameIn)), None)
    parts = [_type(info.annotation) if named is None else _choices(named.names)]
    for limit in info.metadata:
        parts += [f"{sign} {getattr(limit, name)}" for name, sign in LIMITS.items() if hasattr(limit, name)]
        if hasattr(limit, "max_length"):
            parts.append(f"at most {limit.max_length} characters")
    return ", ".join(part for part in parts if part)


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return _choices(choice for one in get_args(annotation) for choice in (get_args(one) or (one,)))
    if get_origin(annotation) in (list, dict):
        return {list: "a list", dict: "a mapping"}[get_origin(annotation)]
    if parts := get_args(annotation):
        return " or ".join(_type(part) for part in parts if part is not type(None))
    return {int: "a whole number", float: "a number", bool: "true, false", str: "text"}.get(annotation, "")


def _choices(values: Any) -> str:
    return ", ".join(f"`{value}`" for value in values)


# Environment


def environment() -> list[str]:
    """Every environment variable of ours, with its sentence."""
    lines = [
        "# Environment variables",
        "",
        "Read once, when a command starts. A value that cannot be used is refused by name.",
        "",
        "| variable | what it sets | default |",
        "|---|---|---|",
    ]
    for info in Settings.model_fields.values():
        variables, _, text = " ".join((info.description or "").split()).partition(": ")
        sentence, _, said = text.partition(" Default: ")
        default = said.removesuffix(".") or ("none" if info.default in (None, ()) else _default(info))
        lines.append(f"| {variables} | {_cell(sentence[:1].upper() + sentence[1:])} | {_cell(default)} |")
    return lines


# Command line


def command_line() -> list[str]:
    """Every command's help."""
    lines = ["# Command line", ""]
    lines += ["Exit codes: 0 done, 1 failed, 2 wrong use. `modelforge --version` prints the version.", ""]
    lines += [f"- [`modelforge {name}`](#modelforge-{name}): {sentence}" for name, (_, sentence) in COMMANDS.items()]
    for name in COMMANDS:
        lines += _command(f"modelforge {name}", load_command(name))
    return lines


def _command(path: str, command: Any, level: int = 2) -> Iterator[str]:
    yield from ("", f"{'#' * level} `{path}`" if level > 2 else f"## {path}", "")
    if hasattr(command, "commands"):
        yield inspect.cleandoc(command.help or "")
        for name, inner in command.commands.items():
            yield from _command(f"{path} {name}", inner, level + 1)
        return
    about, _, example = inspect.cleandoc(command.help or "").partition("Example:")
    yield about.strip()
    yield from ("", "```sh", example.strip(), "```") if example else ()
    rows = [_parameter(one) for one in command.params if one.name != "help"]
    if rows:
        yield from ("", "| argument or option | what it does | default |", "|---|---|---|", *rows)


def _parameter(one: Any) -> str:
    if one.param_type_name == "argument":
        name = f"{one.name.upper()}{'…' if one.nargs == -1 else ''}"
    else:
        name = ", ".join([*one.opts, *one.secondary_opts])
    default = one.show_default if isinstance(one.show_default, str) else _parameter_default(one)
    return f"| `{name}` | {_cell(one.help or '')} | {default} |"


def _parameter_default(one: Any) -> str:
    if one.required:
        return "required"
    value = getattr(one.default, "value", one.default)
    return "" if value in (None, False, ()) or callable(value) else f"`{value}`"


# Events and files


def events_and_files() -> list[str]:
    """The kinds of events, and the files of runs, datasets and models."""
    lines = ["# Events and files", "", "## Events", ""]
    lines += [
        'One line of `events.jsonl` is one object: `{"seq", "epoch", "time", "kind", "data"}`. `seq` counts from 1',
        "without a gap, `epoch` counts the attempts from 1, `time` is in seconds since 1970, UTC. A `?` marks a key",
        "that may be left out. A line that a disk has damaged is passed over; a notice says how many events are lost.",
        "",
        "| kind | data |",
        "|---|---|",
    ]
    lines += [f"| `{kind}` | {_cell(about)} |" for kind, about in _event_kinds()]
    run, data = RunFolder(Path("RUN")), PreparedData(Path("data"))
    lines += ["", "## A run: `runs/ID/`", "", "| file | what it holds |", "|---|---|", *_files(run)]
    for side in ("base", "tuned"):
        lines.append(f"| `report/{side}-scores.json` | What the {side} model scored on the held-out rows, by row. |")
    lines += [
        "| `exit-EPOCH.json` | The end of an earlier attempt, kept when the run was resumed after it. |",
        "| `spec-EPOCH.json` | What the attempts up to that one went by, kept when the run went on in less memory. |",
    ]
    lines += ["", "Prepared rows, in `data/`:", "", "| file | what it holds |", "|---|---|"]
    for split in ("train", "validation"):
        lines.append(f"| `{data.rows(split).name}` | Canonical rows of the {split} side. |")  # type: ignore[arg-type]
        lines.append(f"| `{data.tokens(split).name}` | Token ids and labels of the {split} side. |")  # type: ignore[arg-type]
    lines.append(f"| `{data.split.name}` | {_sentence(PreparedData, 'split')} |")
    for title, folder in (
        ("A dataset: `datasets/ID/`", DatasetFolder),
        ("An upload: `uploads/ID/`", UploadFolder),
        ("A model: `models/ID/`", ModelFolder),
    ):
        lines += ["", f"## {title}", "", "| file | what it holds |", "|---|---|", *_files(folder(Path("RUN")))]
    lines.append("| all others | A standard Hugging Face folder: weights, tokenizer, chat template, model card. |")
    return lines


def _event_kinds() -> Iterator[tuple[str, str]]:
    """Kind → what its data holds, from the comments beside the literal."""
    source = inspect.getsource(events).partition("EventKind = Literal[")[2].partition("\n]")[0]
    found: dict[str, list[str]] = {}
    kind = ""
    for line in source.splitlines():
        if named := re.match(r'\s*"(\w+)",', line):
            kind = named.group(1)
            found[kind] = []
        if "#" in line:
            found[kind].append(line.partition("#")[2].strip())
    for name in get_args(events.EventKind):
        shape, keys, about = " ".join(found[name]).partition("}")
        yield name, (f"`{shape}}}`{about}" if keys else shape)


def _files(folder: RunFolder | DatasetFolder | UploadFolder | ModelFolder) -> Iterator[str]:
    members = {name: member for owner in reversed(type(folder).__mro__) for name, member in vars(owner).items()}
    for name, member in members.items():
        if isinstance(member, property) and name not in NOT_A_FILE:
            path = getattr(folder, name)
            yield f"| `{path.relative_to(folder.root)}` | {_sentence(type(folder), name)} |"


def _sentence(owner: type, name: str) -> str:
    return _cell(inspect.getdoc(getattr(owner, name)) or PLAIN_FILES[name])


# Errors


def errors() -> list[str]:
    """The tree of exceptions, each with its HTTP status and its stable name."""
    lines = [
        "# Errors",
        "",
        "Every error says what was found and, in its hint, what to do. `--json` prints it as",
        '`{"error": NAME, "message": …, "hint": …}` with the details beside them; a command that fails ends with code',
        "1, or 2 where it was used wrongly. Over HTTP an error is problem JSON; its `code` names the text, where it is",
        "one that is kept in other languages too, and `params` has the values within it.",
        "",
        "| exception | name | HTTP status | meaning |",
        "|---|---|--:|---|",
    ]
    for found in vars(exceptions).values():
        if inspect.isclass(found) and issubclass(found, exceptions.ModelForgeException):
            about = " ".join((inspect.getdoc(found) or "").split())
            lines.append(f"| `{found.__name__}` | `{found('').slug}` | {found.status} | {_cell(about)} |")
    return lines


def _cell(text: str) -> str:
    """Text that a table cell can hold."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE)
