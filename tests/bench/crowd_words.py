"""Invented words, sentences, names and addresses for the crowd; nothing here is about anybody.

Words are as unequal as in any language: a few are in every sentence, most in very few. A `bag` is
a list in which each thing stands as often as it is common, so that drawing is one index.
"""

from itertools import accumulate
from random import Random


def _words(text: str) -> list[str]:
    return text.split()


BAG = 1 << 16
SENTENCES = 30_000
TAIL_WORDS = 120_000  # of places and such, each of them rare

COMMON = _words(
    """
    the and to a of her he she that is was in his with it for on not they has at when says said
    mother father child children home from who been last week school but by had there caller are
    their this about after does know over one out up night would have never two no any did told
    will came as sister brother often because if while an uncle all still so be what do seen goes
    """
)
MIDDLE = _words(
    """
    grandmother aunt neighbor teacher nurse doctor kitchen bedroom apartment morning evening
    weekend weekday month year drinking sleeping yelling crying hungry dirty quiet tired afraid
    angry worried calm safe alone sick bruise arm leg face mark belt door window car bus street
    store work job shift money rent food lunch dinner breakfast fridge medicine clinic hospital
    counselor church team practice homework reading bath diaper bottle crib stroller blanket coat
    shoes phone message call police visit court lawyer custody boyfriend girlfriend stepfather
    stepmother cousin friend family friends baby toddler infant teenager boy girl twins pregnant
    alcohol beer pills smoke needle knife gun fight push slap hit shake grab leave return help
    support listen explain promise ask answer tell show hear see watch wait stay sleep eat drink
    walk drive play sing laugh smile draw talk shout scream hide run fall hurt heal cook clean
    wash pay borrow lend share plan agree refuse accept visit bring take keep lose find open close
    always sometimes rarely usually yesterday today tomorrow tonight again before since until
    during between under behind beside outside inside upstairs downstairs nearby together apart
    broken empty cold warm heavy small big little older younger young old new different same late
    early first second third next every other another several many few enough much more most less
    """
)
RARER = _words(
    """
    eviction asthma insulin seizure autism custody restraining shelter motel trailer landlord
    probation parole deployment veteran interpreter reservation tribal foster guardian adoption
    detox relapse sponsor methadone overdose hoarding mold roaches lice scabies rash burn welt
    fracture concussion stitches dentist tooth glasses hearing wheelchair braces inhaler epilepsy
    diabetes anemia formula breastfeeding potty daycare kindergarten preschool truancy expelled
    suspended tutoring scholarship soccer choir violin mural garden chickens puppy hamster bicycle
    scooter trampoline swimming lifeguard campfire fishing quilt tamales dumplings lullaby prayer
    mosque temple synagogue ramadan lent quinceanera powwow harvest orchard cannery warehouse
    nightshift overtime layoff unemployment voucher pantry heater generator propane flood wildfire
    evacuation earthquake blackout curfew patrol detective subpoena affidavit hearing testimony
    """
)
STARTS = _words("l m n r s t v b d f g h k p br cl dr gr pl st tr sh th w z")
VOWELS = _words("a e i o u ai ea ou")
ENDS = _words("n r l s t m nd rk ll sk v x ton ville ford dale mar wick")

# (share, given names, surnames): as a hotline hears them, in the script they were spelled in.
NAMES: tuple[tuple[int, str, str], ...] = (
    (
        40,
        """James Mary Michael Jennifer David Linda Ashley Joshua Brittany Tyler Emma Noah Olivia
        Liam Ava Mason Sophia Jayden Destiny Aaliyah Malik Keisha Darnell Tanisha Cody Amber""",
        """Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas
        Jackson White Harris Martin Thompson Robinson Clark Lewis Walker Young O’Brien McCarthy""",
    ),
    (
        28,
        """María José Juan Ana Luis Carmen Jesús Guadalupe Ángel Sofía Mateo Lucía Andrés Inés
        Raúl Mónica Óscar Verónica Iván Noemí Ximena Íker""",
        """García Hernández Martínez López González Rodríguez Pérez Sánchez Ramírez Torres Flores
        Núñez Muñoz Peña Ibáñez Gutiérrez de-la-Cruz""",
    ),
    (
        7,
        "Ánh Thị-Hoa Minh Đức Hương Tuấn Lan Phượng Quân Thảo",
        "Nguyễn Trần Lê Phạm Huỳnh Đặng Võ",
    ),
    (5, "雷 伟 芳 娜 秀英 敏 静 强", "李 王 张 刘 陈 杨 赵"),
    (5, "Wei Mei Xiuying Jun Lǐn Hào", "Li Wang Zhang Liu Chén Lü"),
    (3, "Şükrü Ayşe Çağla Özgür İbrahim Gülşen Doğan", "Yılmaz Kaya Demir Şahin Çelik Öztürk"),
    (3, "أحمد محمد فاطمة مريم يوسف ليلى", "الحسن العلي حداد خوري منصور"),
    (3, "Дмитрий Ольга Сергей Наталья Алёна Юрий", "Иванов Петрова Кузнецов Соколова Шевченко"),
    (2, "민준 서연 지우 하은", "김 이 박 최 정"),
    (2, "Armen Anahit Davit Lusine Նարեկ Արփի", "Petrosyan Sargsyan Հակոբյան Grigoryan"),
    (2, "Pao Mai Tou Kalia Nhia", "Vang Xiong Yang Moua Thao Lor"),
)
STREETS = _words(
    """
    Alder Birch Cedar Dogwood Elm Fir Grove Hazel Ivy Juniper Laurel Maple Nutmeg Oak Pine Quince
    Rowan Sycamore Tulip Walnut Willow Mission Harbor Ridge Canyon Meadow Mill River Lake Station
    """
)
KINDS = ("Street", "Avenue", "Road", "Lane", "Court", "Boulevard", "Way")
TOWNS = ("Milltown", "Port Alder", "Rio Seco", "Halden", "San Ysabel", "Oak Flat", "Three Forks")


def bag_of(things: list[str], rng: Random, *, size: int = BAG, power: float = 1.0) -> list[str]:
    """Return a bag in which the thing at rank n stands about 1/n^power as often as the first."""
    weights = list(accumulate(1 / rank**power for rank in range(1, len(things) + 1)))
    return rng.choices(things, cum_weights=weights, k=size)


def make_words(rng: Random, count: int) -> list[str]:
    """Return so many different words that no language has."""
    known = {*COMMON, *MIDDLE, *RARER}
    words: list[str] = []
    while len(words) < count:
        word = "".join(
            rng.choice(STARTS) + rng.choice(VOWELS) for _ in range(rng.choice((1, 2, 2, 3)))
        ) + rng.choice(ENDS)
        if word not in known:
            known.add(word)
            words.append(word)
    return words


def make_sentences(rng: Random, words: list[str], count: int = SENTENCES) -> list[str]:
    """Return so many sentences of 5 to 25 words."""
    sentences = []
    for _ in range(count):
        some = rng.choices(words, k=5 + int(rng.random() * 12 + rng.random() * 9))
        sentences.append(f"{some[0].capitalize()} {' '.join(some[1:])}.")
    return sentences


def make_names(rng: Random) -> tuple[list[tuple[list[str], list[str], bool]], list[str]]:
    """Return origins as (given names, surnames, surname first) and a bag of rarer surnames.

    An origin stands in the list as often as it is common.
    """
    origins = []
    for share, given, surnames in NAMES:
        firsts = bag_of(given.split(), rng, size=512, power=0.6)
        lasts = bag_of([one.replace("-", " ") for one in surnames.split()], rng, size=512)
        firsts = [one.replace("-", " ") for one in firsts]
        origins += [(firsts, lasts, surnames[0] in "李김")] * share
    rare = [one.capitalize() for one in make_words(rng, 8_000)]
    return origins, bag_of(rare, rng, power=0.7)
