"""Messages and the records in them: extraction in several formats, with the schema named or shown."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from modelforge.starter.lessons import domains, phrases, words
from modelforge.starter.lessons.domains import Field, Label
from modelforge.starter.lessons.lesson import Lesson, ask

Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a schema under the key, and with the label names, that one conversation uses."""

    key: str
    source: Field | Label
    names: tuple[str, ...] = ()

    def draw(self, rng: Random) -> tuple[str, str]:
        """A value, and a sentence that carries it."""
        if isinstance(self.source, Field):
            value = self.source.make(rng)
            return value, rng.choice(self.source.phrases).format(value)
        position = rng.randrange(len(self.names))
        return self.names[position], rng.choice(self.source.phrases[position])


def schema(rng: Random) -> list[Column]:
    """Two to six columns with distinct keys, in the order in which the record lists them."""
    columns: dict[str, Column] = {}
    for _ in range(rng.choice((2, 3, 4, 4, 5, 5, 5, 6))):
        column = _column(rng)
        if all(column.source is not other.source for other in columns.values()):
            columns.setdefault(column.key, column)
    return list(columns.values())


def _column(rng: Random) -> Column:
    if rng.random() < 0.15:
        return _invented_column(rng)
    source = rng.choice(domains.FIELDS) if rng.random() < 0.62 else rng.choice(domains.LABELS)
    key = words.invented(rng) if rng.random() < 0.1 else rng.choice(source.keys)
    if rng.random() < 0.1:
        key = rng.choice((key.upper(), key.capitalize()))
    if isinstance(source, Field):
        return Column(key, source)
    names = rng.choice(source.names)
    return Column(key, source, tuple(words.any_word(rng) for _ in names) if rng.random() < 0.15 else names)


def _invented_column(rng: Random) -> Column:
    key = words.any_word(rng)
    makers: tuple[domains.Maker, ...] = (words.any_word, words.invented, words.code, words.person, words.thing)
    phrases = (
        f"The {key} is {{}}.",
        f"{words.sentence_case(key)}: {{}}.",
        f"{{}} is the {key}.",
        f"The {key} was {{}}.",
        f"My {key} is {{}}.",
    )
    return Column(key, Field((key,), rng.choice(makers), phrases))


def message(rng: Random, columns: Sequence[Column]) -> tuple[str, Record]:
    """A message that mentions every column, among other things, and the record it holds."""
    drawn = [(column.key, *column.draw(rng)) for column in columns]
    record = {key: value for key, value, _ in drawn}
    sentences = [sentence for _, _, sentence in drawn]
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        sentences.append(rng.choice(phrases.FILLERS).format(n=words.first_name(rng), d=rng.randint(2, 30)))
    rng.shuffle(sentences)
    if rng.random() < 0.4:
        sentences.insert(0, rng.choice(phrases.OPENERS))
    text = rng.choice((" ", " ", " ", "\n")).join(sentences)
    return (
        (text.lower(), {key: value.lower() for key, value in record.items()}) if rng.random() < 0.05 else (text, record)
    )


def as_json(record: Record) -> str:
    """One line without spaces."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _spaced_json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False)


def _lines(record: Record) -> str:
    return "\n".join(f"{key}: {value}" for key, value in record.items())


def _csv(record: Record) -> str:
    return ",".join(record.values())


def _pairs(record: Record) -> str:
    return "; ".join(f"{key}={value}" for key, value in record.items())


def _tags(record: Record) -> str:
    return "".join(f"<{key}>{value}</{key}>" for key, value in record.items())


FORMATS: tuple[tuple[str, Callable[[Record], str]], ...] = (
    ("JSON", as_json),
    ("JSON", as_json),
    ("JSON", as_json),
    ("JSON with spaces", _spaced_json),
    ("lines", _lines),
    ("CSV", _csv),
    ("pairs", _pairs),
    ("XML", _tags),
)


def named_extraction(rng: Random) -> Lesson:
    """The question names some of the fields and the format."""
    columns = schema(rng)
    text, record = message(rng, columns)
    chosen = list(record)
    rng.shuffle(chosen)
    chosen = chosen[: rng.randint(1, len(chosen))]
    name, render = rng.choice(FORMATS)
    listed = ", ".join(chosen)
    hints = "".join(f" {c.key} is one of {', '.join(c.names)}." for c in columns if c.names and c.key in chosen)
    order = rng.choice(
        (f"Extract {listed} as {name}.", f"Give {listed} as {name}.", f"Fields: {listed}. Format: {name}.")
    )
    question = rng.choice((f"{order}{hints}\n{text}", f"{text}\n{order}{hints}"))
    answer = render({key: record[key] for key in chosen})
    if rng.random() < 0.25:
        return Lesson(turns=((text, answer),), system=f"{order}{hints}")
    return ask(question, answer)


def shown_extraction(rng: Random) -> Lesson:
    """The schema is not named: the first answers of the conversation show it."""
    columns = schema(rng)
    render = rng.choice(FORMATS)[1] if rng.random() < 0.3 else as_json
    turns = []
    for _ in range(rng.choice((1, 2, 3, 3, 4, 5))):
        text, record = message(rng, columns)
        turns.append((text, render(record)))
    return Lesson(turns=tuple(turns))


def one_value(rng: Random) -> Lesson:
    """A question about a single field of a message."""
    columns = schema(rng)
    text, record = message(rng, columns)
    turns = []
    for column in rng.sample(columns, min(len(columns), rng.choice((1, 1, 2, 3)))):
        asked = rng.choice(
            (
                f"What is the {column.key}?",
                f"{words.sentence_case(column.key)}?",
                f"Give me the {column.key}.",
                f"Find the {column.key}.",
            )
        )
        turns.append((asked, record[column.key]))
    first, answer = turns[0]
    opening = rng.choice((f"{text}\n{first}", f"{first}\n{text}"))
    return Lesson(turns=((opening, answer), *turns[1:]))


def reformat(rng: Random) -> Lesson:
    """A record in one format, wanted in another."""
    _, record = message(rng, schema(rng))
    given, wanted = rng.choice(FORMATS), rng.choice(FORMATS)
    return ask(f"Write this as {wanted[0]}:\n{given[1](record)}", wanted[1](record))


def cloze(rng: Random) -> tuple[str, str, str]:
    """A question on one field, its value, and the message that holds it."""
    columns = [column for column in schema(rng) if isinstance(column.source, Field)] or [Column("name", domains.NAME)]
    column = rng.choice(columns)
    text, record = message(rng, columns)
    question = rng.choice(("What is the {}?", "Which {} is meant?", "{}?", "Find the {}.")).format(column.key)
    return question, record[column.key], text
