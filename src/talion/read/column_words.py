"""Words by which columns call themselves, and which field a column of that name most likely is."""

from __future__ import annotations

import re
import unicodedata

from talion.read.header import Column

__all__ = ["FOOT_WORDS", "RUNNING_WORDS", "proposed_fields"]

# Exact names first: a name that equals a word beats one that merely holds it.
_WORDS: dict[str, str] = {
    "date": "date|event date|date start|start date|start|day|when|incident date|date of event|date of incident|дата|дата события|تاريخ|التاريخ|تاريخ الحدث|datum|fecha|jour|date debut|tarih|olay tarihi|date evenement|data|data do evento",
    "end": "end|end date|date end|until|last day|to date|дата окончания|تاريخ النهاية|ende|fin|date fin",
    "by": "by|initiator|attacker|perpetrator|aggressor|actor|actor1|actor 1|side a|source actor|source name|who|by whom|responsible|assailant|gname|кто|исполнитель|сторона|инициатор|нападавший|المنفذ|الفاعل|المهاجم|من|auteur|acteur|täter|von|autor|por|saldırgan|fail|yapan|сторона а|хто|виконавець|atacante|auteur de l attaque|verursacher",
    "against": "against|target|victim|actor2|actor 2|side b|target actor|target name|whom|against whom|targeted|цель|против|против кого|жертва|الهدف|ضد|المستهدف|cible|contre|ziel|gegen|objetivo|contra|hedef|kurban|сторона б|проти|проти кого|ціль|alvo|vitima|opfer|victime|victima",
    "precision": "precision|date precision|time precision|accuracy of date|точность|دقة التاريخ",
    "type": "type|event type|kind|what happened|act|type of act|kind of act|attack type|type of attack|action|category|what|event|incident type|type of event|sub event type|тип|вид|тип события|событие|نوع|النوع|نوع الحدث|الحدث|art|ereignis|tipo|categoria|art des ereignisses|ereignisart|art der tat|tür|olay türü|eylem|вид действия|вид события|дія|тип події|type d evenement|tipo de evento|tipo de ataque",
    "number": "number|count|n|quantity|qty|attacks|incidents|number of attacks|how many|no of attacks|size|количество|число|кол во|عدد|العدد|anzahl|zahl|nombre|numero|cantidad|sayı|adet|кількість|число событий|nombre d attaques|numero de ataques|quantidade",
    "deaths": "deaths|killed|fatalities|dead|kia|number killed|best|nkill|погибшие|погибло|убито|убитые|قتلى|القتلى|عدد القتلى|tote|morts|muertos|ölü|ölen|загиблі|загинуло|убитих|getötete|mortos",
    "injuries": "injured|wounded|injuries|hurt|wia|nwound|раненые|ранено|جرحى|الجرحى|عدد الجرحى|verletzte|blesses|heridos|yaralı|поранені|поранено|feridos",
    "place": "place|location|city|town|where|site|village|место|город|место события|المكان|الموقع|المدينة|ort|lieu|ville|lugar|ciudad|yer|konum|місце|населений пункт|local|cidade",
    "country": "country|страна|البلد|الدولة|land|pays|pais|ülke|країна",
    "published": "published|publication date|report date|reported on|source date|date published|date reported|опубликовано|дата публикации|تاريخ النشر|veröffentlicht|publie|publicado",
    "source": "source|sources|url|link|reference|source url|reported by|источник|источники|ссылка|المصدر|مصدر|المصادر|quelle|fuente|kaynak|джерело|fonte|source d information",
    "note": "note|notes|comment|comments|description|remarks|details|summary|описание|примечание|примечания|комментарий|ملاحظات|ملاحظة|الوصف|beschreibung|bemerkung|remarque|nota|notas|açıklama|примітка|опис|observacoes",
    "id": "id|event id|event id cnty|row id|globaleventid|ref|код|номер|رقم|معرف",
}
FIELD_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split("|")) for name, words in _WORDS.items()
}
_WEAK = {  # words that decide if nothing better is there
    "date": ("date", "дата", "تاريخ", "datum", "fecha"),
    "by": ("attacker", "perpetrator", "initiator"),
    "against": ("target", "victim"),
    "type": ("type", "тип", "نوع", "tipo"),
    "deaths": ("killed", "deaths", "fatalities", "dead", "погиб"),
    "injuries": ("injured", "wounded", "ранен"),
    "place": ("location", "place", "city"),
    "source": ("source", "url"),
    "note": ("notes", "comment", "description"),
}
FOOT_WORDS = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "sum",
        "subtotal",
        "sub total",
        "overall",
        "average",
        "mean",
        "итого",
        "всего",
        "сумма",
        "المجموع",
        "الإجمالي",
        "الاجمالي",
        "summe",
        "gesamt",
        "insgesamt",
        "total general",
        "somme",
    ]
)
RUNNING_WORDS = (
    "total",
    "cumulative",
    "so far",
    "running",
    "to date",
    "since",
    "tally",
    "нарастающ",
    "всего",
    "итого",
    "إجمالي",
    "اجمالي",
    "مجموع",
    "cumul",
    "insgesamt",
)


_RUNNING_NAMES = ("cumulative", "cumul", "so far", "running", "to date", "since", "нарастающ")


def is_running(name: str) -> bool:
    """Return whether a column calls itself a running total.

    >>> is_running("Killed (cumulative)"), is_running("Total killed")
    (True, False)
    """
    words = f" {plain_words(name)}"
    return any(f" {word}" in words for word in _RUNNING_NAMES)


def is_total(name: str) -> bool:
    """Return whether a column calls itself a total, of one row or of all before it."""
    return not FOOT_WORDS.isdisjoint(plain_words(name).split()) or is_running(name)


_TATWEEL = "\u0640"
_WORD = re.compile(r"[^\W\d_]+")
# Cyrillic letters that look like Latin ones: in a word that mixes both they are slips.
_LOOK_ALIKES = str.maketrans("аеорсухіјѕкмтвн", "aeopcyxijskmtbh")


def _of_one_script(word: re.Match[str]) -> str:
    text = word[0]
    mixed = re.search("[a-z]", text) and re.search("[\u0430-\u045f]", text)
    latin = text.translate(_LOOK_ALIKES) if mixed else text
    return latin if latin.isascii() else text


def plain_words(text: str) -> str:
    """Return a name without case, accents of Latin letters, underscores and signs.

    >>> plain_words("Event_Date "), plain_words("№ of Attacks")
    ('event date', 'no of attacks')
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    stripped = "".join(
        c
        for c in unicodedata.normalize("NFD", folded)
        if not (unicodedata.combining(c) and not "\u0653" <= c <= "\u06ff") and c != _TATWEEL
    )  # hamza and madda make another letter, vowel signs do not
    stripped = _WORD.sub(_of_one_script, stripped)
    whole = unicodedata.normalize("NFC", stripped)
    return " ".join(re.sub(r"[\W_]+", " ", whole).split())


def same_name(text: str) -> str:
    """Return what names that differ by case, accents and signs have in common; never blank.

    >>> same_name("Raids so-far") == same_name("raids so far"), same_name("+")
    (True, '+')
    """
    return plain_words(text) or text.casefold()


def proposed_fields(columns: tuple[Column, ...]) -> dict[str, tuple[Column, ...]]:
    """Return for each field the columns that may be it, the equally good ones together.

    >>> found = proposed_fields((Column(0, "Event_Date"), Column(1, "Killed")))
    >>> found["date"][0].index, found["deaths"][0].index
    (0, 1)
    """
    scores: dict[str, dict[int, int]] = {}
    for i, column in enumerate(columns):
        for field, score in _scores(column.name).items():
            scores.setdefault(field, {})[i] = score
    taken: set[int] = set()
    found: dict[str, tuple[Column, ...]] = {}
    for least in (3, 2, 1):  # whole names first, so that "End date" is no second date
        for field, of_field in scores.items():
            best = [i for i, score in of_field.items() if score == least and i not in taken]
            if best and field not in found:
                found[field] = tuple(columns[i] for i in best)
                taken.update(best)
    return found


def _scores(name: str) -> dict[str, int]:
    """Return how well a name fits each field: 3 the whole name, 2 its last part, 1 a word in it."""
    whole = plain_words(name.replace(" / ", " "))
    last = plain_words(name.rsplit(" / ", maxsplit=1)[-1])
    found: dict[str, int] = {}
    for field, words in FIELD_WORDS.items():
        plain = {plain_words(word) for word in words}
        if whole in plain:
            found[field] = 3
        elif last in plain:
            found[field] = 2
        elif any(word in whole.split() for word in _WEAK.get(field, ())):
            found[field] = 1
    return found
