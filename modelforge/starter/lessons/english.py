"""Simple English: small stories and questions on them, facts, judgement of mood and topic, short instructions."""

from random import Random

from modelforge.starter.lessons import phrases, words
from modelforge.starter.lessons.lesson import Lesson, ask


def story(rng: Random) -> tuple[str, list[tuple[str, str]]]:
    """A few sentences about somebody, and questions that they answer."""
    who, friend = words.first_name(rng), words.first_name(rng)
    thing, colour, feeling = rng.choice(words.THINGS), rng.choice(words.COLOURS), rng.choice(words.ADJECTIVES)
    place, second, food, pet = (
        rng.choice(words.PLACES),
        rng.choice(words.PLACES),
        rng.choice(words.FOODS),
        rng.choice(words.ANIMALS),
    )
    town, when, number = words.city(rng), rng.choice(words.WEEKDAYS), rng.randint(2, 12)
    parts = [
        (f"{who} lives in {town}.", (f"Where does {who} live?", town)),
        (f"{who} has a {colour} {thing}.", (f"What colour is the {thing}?", colour)),
        (f"On {when} {who} went to the {place}.", (f"When did {who} go to the {place}?", when)),
        (f"There {who} met {friend}.", (f"Who did {who} meet?", friend)),
        (f"{friend} ate {food}.", (f"What did {friend} eat?", food)),
        (f"{friend} has a {feeling} {pet}.", (f"Which animal does {friend} have?", pet)),
        (f"They saw {number} birds.", ("How many birds did they see?", str(number))),
        (f"Then they walked to the {second} together.", ("Where did they walk?", f"to the {second}")),
        (f"{who} left the {thing} at the {second}.", (f"Where is the {thing}?", f"at the {second}")),
        (f"{who} was {feeling} that day.", (f"How was {who}?", feeling)),
        (
            f"In the evening {who} drank {rng.choice(('tea', 'milk', 'coffee'))} and read a book.",
            (f"What did {who} read?", "a book"),
        ),
    ]
    kept = sorted(rng.sample(range(len(parts)), rng.randint(3, 7)))
    return " ".join(parts[index][0] for index in kept), [parts[index][1] for index in kept]


def reading(rng: Random) -> Lesson:
    """A story alone, or with one to three questions."""
    text, questions = story(rng)
    if rng.random() < 0.35:
        return Lesson(text=text)
    rng.shuffle(questions)
    (first, answer), *rest = questions[: rng.randint(1, 3)]
    opening = rng.choice((f"{text}\n{first}", f"{first}\n{text}", f"Read: {text} {first}"))
    return Lesson(turns=((opening, answer), *rest))


def summary(rng: Random) -> Lesson:
    """A story of several sentences, and the one that says what happened."""
    who, friend = words.first_name(rng), words.first_name(rng)
    thing, place, when = rng.choice(words.THINGS), rng.choice(words.PLACES), rng.choice(words.WEEKDAYS)
    happened, told = rng.choice(
        (
            (
                f"{who} met {friend} at the {place}.",
                (f"On {when} {who} went to the {place}.", f"{friend} was there too."),
            ),
            (
                f"{who} lost a {thing} at the {place}.",
                (f"{who} took the {thing} to the {place}.", f"Later the {thing} was gone."),
            ),
            (
                f"{who} gave {friend} a {thing}.",
                (f"{friend} wanted a {thing}.", f"So {who} bought one for {friend} on {when}."),
            ),
            (
                f"{who} fixed the {thing}.",
                (f"The {thing} did not work.", f"{who} opened it, cleaned it, and it worked again."),
            ),
        )
    )
    details = [sentence + "." for sentence in story(rng)[0].rstrip(".").split(". ")]
    position = rng.randint(0, len(details))
    text = " ".join([*details[:position], *told, *details[position:]])
    return ask(
        rng.choice((f"Summarize: {text}", f"summarize: {text}", f"{text}\nTL;DR", f"What happened? {text}")), happened
    )


def cloze(rng: Random) -> tuple[str, str, str]:
    """A question, its answer, and one to four stories of which one holds the answer."""
    told = [story(rng) for _ in range(rng.randint(1, 4))]
    text, questions = rng.choice(told)
    inside = [pair for pair in questions if pair[1] in text]
    question, answer = rng.choice(inside or questions)
    return question, answer, " ".join(one for one, _ in told)


def judge(rng: Random) -> Lesson:
    """Mood or topic of a sentence; the label names may be given in the question."""
    if rng.random() < 0.5:
        positive = rng.random() < 0.5
        text = (
            rng.choice(phrases.PRAISE if positive else phrases.BLAME)
            .replace("{a}", rng.choice(words.ADJECTIVES))
            .replace("{}", rng.choice(words.THINGS))
        )
        good, bad = rng.choice(
            (("positive", "negative"), ("good", "bad"), ("happy", "angry"), ("yes", "no"), ("1", "0"))
        )
        order = rng.choice(
            (
                f"Is this {good} or {bad}? {text}",
                f"{text}\nAnswer {good} or {bad}.",
                f"Sentiment ({good}/{bad}): {text}",
            )
        )
        return ask(order, good if positive else bad)
    topic = rng.choice(tuple(phrases.TOPICS))
    text = rng.choice(phrases.TOPICS[topic]).format(rng.randint(2, 99))
    others = rng.sample(tuple(phrases.TOPICS), rng.randint(2, 5))
    listed = ", ".join(sorted({topic, *others}, key=lambda _: rng.random()))
    return ask(
        rng.choice((f"What is the topic? {text}", f"Topic ({listed}): {text}", f"{text}\nChoose one: {listed}")), topic
    )


def _fact(rng: Random) -> tuple[str, str]:
    shape = rng.randrange(6)
    if shape == 0:
        one, other = rng.choice(phrases.OPPOSITES)
        return f"What is the opposite of {one}?", other
    if shape == 1:
        country, capital = rng.choice(phrases.CAPITALS)
        return f"What is the capital of {country}?", capital
    if shape == 2:
        animal, sound = rng.choice(phrases.SOUNDS)
        return f"What does a {animal} do?", f"A {animal} {sound}."
    if shape == 3:
        one, many = rng.choice(
            (*phrases.PLURALS, *((noun, f"{noun}s") for noun in ("cat", "dog", "car", "book", "tree", "lamp")))
        )
        return f"What is the plural of {one}?", many
    position = rng.randrange(7)
    if shape == 4:
        return f"Which day comes after {words.WEEKDAYS[position]}?", words.WEEKDAYS[(position + 1) % 7]
    return f"Which month comes before {words.MONTHS[position + 1]}?", words.MONTHS[position]


def _instruction(rng: Random) -> tuple[str, str]:
    who, thing = words.first_name(rng), rng.choice(words.THINGS)
    shape = rng.randrange(8)
    if shape == 6:
        return rng.choice(phrases.SELF)
    if shape == 7:
        return rng.choice(("Tell me a story.", "Write a short story.", "Tell me something.")), story(rng)[0]
    if shape == 0:
        return rng.choice((f"Say hello to {who}.", f"Greet {who}.")), f"Hello, {who}!"
    if shape == 1:
        return f"Say goodbye to {who}.", f"Goodbye, {who}!"
    if shape == 2:
        return f"Thank {who} for the {thing}.", f"Thank you for the {thing}, {who}."
    if shape == 3:
        return f"Ask {who} for a {thing}.", f"{who}, may I have a {thing}?"
    if shape == 4:
        return f"My name is {who}. What is my name?", f"Your name is {who}."
    return rng.choice(phrases.GREETINGS), "Hello! How can I help you?"


def talk(rng: Random) -> Lesson:
    """Facts and short instructions, one or several in a conversation."""
    makers = (_fact, _instruction)
    return Lesson(turns=tuple(rng.choice(makers)(rng) for _ in range(rng.choice((1, 1, 2, 3)))))
