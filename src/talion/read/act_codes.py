"""PLOVER codes for kinds of act, by the words in their names."""

from __future__ import annotations

from talion.errors import RecordError
from talion.read.column_words import plain_words
from talion.record.terms import ACTION_TYPES, PLOVER_TYPES

__all__ = ["plover_of"]

_STEMS: tuple[tuple[str, str], ...] = (
    ("ASSAULT", "attack assault strike kill murder bomb shell shoot fire clash battle explos rocket missile drone mortar ambush assassin raid violence airstrike combat ied offensive fight massacr death fatal wound injur casualt атак обстрел удар взрыв убий бой бомб ракет нападен قصف هجوم غارة قتل اشتباك تفجير صاروخ اغتيال"),
    ("PROTEST", "protest demonstrat riot strike_action rally march протест митинг демонстрац احتجاج مظاهرة تظاهر"),
    ("AGREE", "agree ceasefire truce deal treaty accord settlement соглас перемири هدنة اتفاق"),
    ("CONSULT", "talk meeting visit consult negotiat call summit statement session dialogue mediat переговор встреч визит заявлен محادثات اجتماع زيارة لقاء مفاوضات"),
    ("THREATEN", "threat warn ultimatum угроз предупрежд تهديد تحذير"),
    ("SANCTION", "sanction embargo ban санкц عقوبات حظر"),
    ("COERCE", "arrest detain seiz checkpoint curfew evict demolit abduct kidnap hostage blockad арест задерж захват блокад اعتقال خطف اختطاف حصار"),
    ("MOBILIZE", "mobili deploy movement exercise alert patrol мобилизац развертыв учени تعبئة انتشار مناورات دورية"),
    ("RETREAT", "retreat withdraw pause halt отступлен вывод انسحاب"),
    ("AID", "aid humanitarian convoy relief помощ مساعدات"),
    ("ACCUSE", "accus condemn criti denounc обвин осужд اتهام إدانة ادانة"),
    ("DEMAND", "demand vote требован مطالبة تصويت"),
    ("YIELD", "surrender concession release сдач освобожд استسلام إفراج"),
    ("REJECT", "reject refus boycott veto отказ رفض مقاطعة"),
    ("INVESTIGATE", "investigat inquiry probe расследован تحقيق"),
    ("REQUEST", "request appeal просьб طلب"),
    ("SUPPORT", "support endorse поддержк دعم"),
    ("COOPERATE", "cooperat joint сотруднич تعاون"),
)  # fmt: skip


def plover_of(kind: str, act: str, chosen: dict[str, str]) -> tuple[str, bool]:
    """Return the PLOVER code of a kind of act, and whether anything tells it.

    Args:
        kind: as the sheet writes it.
        act: its id.
        chosen: the user's codes by kind.

    Raises:
        RecordError: a code that is none.

    >>> plover_of("Rocket attack", "rocket_attack", {}), plover_of("thing", "thing", {})
    (('ASSAULT', True), ('CONSULT', False))
    """
    by_plain = {plain_words(word): code.upper() for word, code in chosen.items()}
    code = by_plain.get(plain_words(kind)) or by_plain.get(plain_words(act))
    if code is not None:
        if code not in PLOVER_TYPES:
            raise RecordError(
                "not a PLOVER code",
                place="--plover",
                value=code,
                remedy=f"use one of {', '.join(PLOVER_TYPES)}",
            )
        return code, True
    if kind.upper() in PLOVER_TYPES:
        return kind.upper(), True
    if act in ACTION_TYPES:
        return ACTION_TYPES[act], True
    plain = f" {plain_words(kind)}"
    for name, stems in _STEMS:
        if any(f" {stem}" in plain or (len(stem) > 4 and stem in plain) for stem in stems.split()):
            return name, True
    return "CONSULT", False
