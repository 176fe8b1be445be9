"""Names of months and parts of a month, in the languages that analysts' tables come in."""

from __future__ import annotations

__all__ = ["MONTHS", "PARTS", "WEEKDAYS"]

_BY_LANGUAGE = (
    # English, in full and short
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    # French
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil aout sept oct nov déc",
    "jan fév mars avr mai juin juill aoû sep oct nov déc",
    # German
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jän feb mär apr mai jun jul aug sep okt nov dez",
    # Spanish
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    # Russian, both cases, and short
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    # Ukrainian
    "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "січ лют бер кві тра чер лип сер вер жов лис гру",
    "січ лют берез квіт трав черв лип серп верес жовт листоп груд",
    # Turkish, with and without the dot that capitals lose
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    # Portuguese and Italian
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    # Arabic, as in Egypt and the Gulf
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "يناير فبراير مارس ابريل مايو يونيه يوليه اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
)
# Arabic, as in the Levant and Iraq; some names are two words.
_LEVANT = (
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
)
_LEVANT_PLAIN = (
    "كانون ثاني",
    "شباط",
    "اذار",
    "نيسان",
    "ايار",
    "حزيران",
    "تموز",
    "اب",
    "ايلول",
    "تشرين اول",
    "تشرين ثاني",
    "كانون اول",
)

MONTHS: dict[str, int] = {
    name: number
    for names in (*(line.split() for line in _BY_LANGUAGE), _LEVANT, _LEVANT_PLAIN)
    for number, name in enumerate(names, 1)
} | {"sept": 9, "june": 6, "july": 7}

PARTS: dict[str, str] = {
    **dict.fromkeys(("early", "beginning of", "start of", "début", "anfang", "начало"), "early"),
    **dict.fromkeys(("mid", "mid-", "middle of", "mi", "mitte", "середина", "منتصف"), "middle"),
    **dict.fromkeys(("late", "end of", "fin", "ende", "конец", "أواخر", "اواخر"), "late"),
    **dict.fromkeys(("أوائل", "اوائل", "в начале", "principios de"), "early"),
    **dict.fromkeys(("в середине", "mediados de"), "middle"),
    **dict.fromkeys(("в конце", "finales de"), "late"),
}

WEEKDAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "понедельник",
        "вторник",
        "среда",
        "четверг",
        "пятница",
        "суббота",
        "воскресенье",
        "الاثنين",
        "الإثنين",
        "الثلاثاء",
        "الأربعاء",
        "الاربعاء",
        "الخميس",
        "الجمعة",
        "السبت",
        "الأحد",
        "الاحد",
    ]
)
