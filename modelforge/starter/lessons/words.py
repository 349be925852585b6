"""The words that lessons are built from, and the small values (names, codes, dates, prices) made of them."""

import re
from functools import cache
from pydoc_data.topics import topics
from random import Random


def listed(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


FIRST_NAMES = listed(
    "Ada Ben Clara David Elena Frank Grace Hugo Iris Jack Kate Liam Maria Noah Olga Peter Quinn Rosa Sam Tina Umar "
    "Vera Will Xenia Yusuf Zoe Anna Omar Lucy Mark Nina Paul Sara Tom Emma Leo Mia Max Eva Tim Ines Ravi Mei Kofi "
    "Aisha Diego Fatima Jonas Lena Marco Amara Chen Dora Erik Farah Goran Hana Ivan Julia Karim Laura Mateo Nadia "
    "Oscar Priya Rita Sofia Theo Ursula Victor Wanda Yara Zack"
)
LAST_NAMES = listed(
    "Adams Baker Clark Davis Evans Foster Garcia Hill Ibrahim Jones King Lopez Miller Novak Owens Patel Quist Rossi "
    "Smith Turner Ueda Vogel White Young Ziegler Brown Cohen Diaz Edwards Fischer Green Hughes Ito Jensen Khan Lee "
    "Moore Nguyen Ortiz Park Reed Santos Taylor Underwood Vance Walker Yilmaz Berg Costa Dubois Ferrari Gupta Haas "
    "Jansen Kim Larsen Meyer Nilsson Okafor Petrov Sato Weber"
)
CITIES = listed(
    "Paris London Berlin Madrid Rome Oslo Vienna Prague Lisbon Dublin Athens Cairo Tokyo Seoul Delhi Lima Quito "
    "Boston Denver Austin Toronto Sydney Geneva Milan Porto Hamburg Krakow Zurich Bergen Nairobi Lagos Accra Hanoi "
    "Osaka"
)
COLOURS = listed("red blue green yellow black white brown grey pink purple orange silver gold")
ANIMALS = listed("dog cat horse cow sheep bird fish mouse rabbit fox bear lion tiger duck hen goat pig frog bee wolf")
THINGS = listed(
    "ball book cup table chair lamp box car bike phone coat hat shoe bag key clock pen letter picture door window "
    "bed knife spoon plate bottle basket ring camera radio kettle toaster printer laptop monitor tablet speaker "
    "charger router blender heater fan vacuum drill mixer fridge oven desk sofa mirror carpet tent watch helmet "
    "backpack jacket scarf umbrella keyboard headset projector scanner freezer dryer iron shelf mattress pillow "
    "blanket wallet guitar"
)
PLACES = listed(
    "park school shop garden kitchen market library station house river beach office farm forest museum street "
    "church hospital bank bakery field hotel theatre"
)
FOODS = listed(
    "apple bread cheese soup rice cake egg milk tea honey butter salad pasta potato tomato carrot banana lemon fish "
    "chicken coffee juice sugar salt"
)
ADJECTIVES = listed(
    "big small old new good bad happy sad fast slow hot cold long short clean dirty light heavy quiet loud nice "
    "kind warm dark bright soft hard young round flat"
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = listed("January February March April May June July August September October November December")
COMMON = listed(
    "time year people way day man thing woman life child world hand part place week case point number group problem "
    "fact water room mother area money story month lot right study word business issue side head service friend "
    "father power hour game line end member law name team minute idea body back parent face level door health "
    "person art war history party result change morning reason research girl moment air teacher force education "
    "plan order review note price value total status level source target color size weight height title author "
    "owner type kind code date city country street address email phone company team role score grade course room "
    "seat gate flight train ticket amount currency item quantity product brand model version error file path user "
    "account"
)
_ONSETS = listed("b c d f g h j k l m n p r s t v w z br ch cl dr fl gr kl pr sh sk sl st th tr")
_VOWELS = listed("a e i o u ai ea ee io oa ou y")
_CODAS = ["", "", "", "n", "r", "l", "s", "t", "k", "m", "nd", "x", "rt", "ck", "ng"]


def invented(rng: Random, syllables: int | None = None) -> str:
    """A word that nobody has seen, so that only copying gets it right."""
    count = syllables or rng.choice((1, 2, 2, 2, 3))
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(count))


@cache
def read_words() -> tuple[str, ...]:
    """Every lower-case word of Python's language reference, in alphabetical order: thousands that no list here has."""
    return tuple(sorted({word for text in topics.values() for word in re.findall(r"\b[a-z]{2,14}\b", text)}))


def any_word(rng: Random) -> str:
    """A lower-case word; often one from real text, now and then an invented one."""
    shape = rng.random()
    if shape < 0.12:
        return invented(rng)
    pools = (COMMON, THINGS, ADJECTIVES, PLACES, FOODS, ANIMALS, COLOURS)
    return rng.choice(read_words() if shape < 0.55 else rng.choice(pools))


def first_name(rng: Random) -> str:
    """A given name, invented one time in three."""
    return invented(rng).capitalize() if rng.random() < 0.35 else rng.choice(FIRST_NAMES)


def person(rng: Random) -> str:
    """Given name and surname."""
    last = invented(rng).capitalize() if rng.random() < 0.4 else rng.choice(LAST_NAMES)
    return f"{first_name(rng)} {last}"


def city(rng: Random) -> str:
    """A town, invented one time in four."""
    return invented(rng, 2).capitalize() if rng.random() < 0.25 else rng.choice(CITIES)


def digits(rng: Random, low: int = 2, high: int = 8) -> str:
    """A number of `low` to `high` digits that does not begin with a zero."""
    count = rng.randint(low, high)
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def code(rng: Random) -> str:
    """A reference such as 48213, AB-1204 or KX7Q2."""
    shape = rng.randrange(4)
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    if shape < 2:
        return digits(rng, 3, 8)
    if shape == 2:
        return f"{letters}{rng.choice(('-', '', '-'))}{digits(rng, 2, 6)}"
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(rng.randint(4, 7)))


def day(rng: Random) -> str:
    """A date in one of four spellings, or a weekday."""
    month = rng.choice(MONTHS)
    number = rng.randint(1, 28)
    return rng.choice(
        (
            rng.choice(WEEKDAYS),
            f"{number} {month}",
            f"{month} {number}",
            f"{rng.randint(1990, 2030)}-{rng.randint(1, 12):02d}-{number:02d}",
        )
    )


def hour(rng: Random) -> str:
    """A time of day."""
    return rng.choice((f"{rng.randint(0, 23)}:{rng.randrange(0, 60, 5):02d}", f"{rng.randint(1, 12)} pm"))


def price(rng: Random) -> str:
    """An amount of money, with or without a currency."""
    amount = rng.choice((str(rng.randint(2, 999)), f"{rng.randint(1, 99)}.{rng.randint(0, 99):02d}"))
    return rng.choice((f"${amount}", f"{amount} euros", amount))


def thing(rng: Random) -> str:
    """An object, plain, coloured, or with a make."""
    noun = rng.choice(THINGS)
    shape = rng.randrange(8)
    if shape == 0:
        return f"{rng.choice(COLOURS)} {noun}"
    if shape == 1:
        return f"{rng.choice(ADJECTIVES)} {noun}"
    if shape == 2:
        return f"{invented(rng).capitalize()} {noun}"
    if shape == 3:
        return f"{rng.choice(THINGS)} {noun}"
    return invented(rng) if shape == 4 else noun


def email(rng: Random) -> str:
    """An address at an example domain."""
    name = first_name(rng).lower()
    number = rng.choice(("", str(rng.randint(1, 99))))
    return f"{name}{number}@{rng.choice((invented(rng), 'example'))}.{rng.choice(('com', 'org', 'net'))}"


def phone(rng: Random) -> str:
    """A telephone number."""
    return rng.choice((f"555-{digits(rng, 4, 4)}", f"+{rng.randint(1, 99)} {digits(rng, 3, 3)} {digits(rng, 4, 5)}"))


def sentence_case(text: str) -> str:
    """The same text with its first letter upper case."""
    return text[:1].upper() + text[1:]
