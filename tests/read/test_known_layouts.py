"""Tables as event data sets give them, filled with rows of our own: the right columns without a manual."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.sheets import days, read, rows_of, said, text, xlsx

ARMY, GUARD = "Army of Orlan", "River Guard"


def table(names: str, *rows: dict[str, object]) -> list[list[object]]:
    head = names.split("|")
    assert all(set(row) <= set(head) for row in rows)
    return [list(head), *([row.get(name, "") for name in head] for row in rows)]


ACLED = (
    "event_id_cnty|event_date|year|time_precision|disorder_type|event_type|sub_event_type|actor1|"
    "assoc_actor_1|inter1|actor2|assoc_actor_2|inter2|interaction|civilian_targeting|iso|region|"
    "country|admin1|admin2|admin3|location|latitude|longitude|geo_precision|source|source_scale|"
    "notes|fatalities|tags|timestamp"
)


def acled(**cells: object) -> dict[str, object]:
    return {
        "event_id_cnty": "ORL1", "event_date": "16 May 2025", "year": 2025, "time_precision": 1,
        "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": ARMY, "actor2": GUARD,
        "country": "Orlan", "location": "Kessa", "latitude": 1.5, "source": "Post; Radio",
        "source_scale": "National", "notes": "boats", "fatalities": 3, "timestamp": 1747699200, **cells,
    }  # fmt: skip


def test_acled(tmp_path: Path) -> None:
    rows = table(
        ACLED,
        acled(),
        acled(event_id_cnty="ORL2", time_precision=2, event_date="2 June 2025"),
        acled(event_id_cnty="ORL3", time_precision=3, actor2="", sub_event_type="Peaceful protest"),
    )
    found = read(text(tmp_path, rows))
    assert rows_of(found) == [
        ("2025-05-16", ARMY, GUARD, "Armed clash", 1),
        ("2025-05-30/2025-06-05", ARMY, GUARD, "Armed clash", 1),
        ("2025-05-01/2025-05-31", ARMY, "Unknown", "Peaceful protest", 1),
    ]
    event = found.made.events[0]
    assert (event["deaths"], event["place"], event["country"], event["note"]) == (
        3, "Kessa", "Orlan", "boats",
    )  # fmt: skip
    assert [origin[1] for origin in found.made.origins] == ["ORL1", "ORL2", "ORL3"]
    assert [s["title"] for s in found.made.sources[1:]] == ["Post", "Radio"]
    assert "the columns are those of ACLED: actor1 and actor2 are the two sides as listed" in said(
        found
    )


def test_acled_with_tags_and_another_kind(tmp_path: Path) -> None:
    head, row = table(ACLED, acled())
    tags = [f"#meta+c{n}" for n in range(len(head))]
    found = read(xlsx(tmp_path, [head, tags, row]), columns={"type": "event_type"})
    assert rows_of(found) == [("2025-05-16", ARMY, GUARD, "Battles", 1)]


UCDP = (
    "id|relid|year|type_of_violence|dyad_name|side_a_new_id|side_a|side_b|number_of_sources|"
    "source_article|source_date|source_original|where_prec|where_coordinates|where_description|adm_1|"
    "latitude|country|country_id|date_prec|date_start|date_end|deaths_a|deaths_b|deaths_civilians|best|"
    "high|low"
)


def test_ucdp(tmp_path: Path) -> None:
    rows = table(
        UCDP,
        {
            "id": 7, "year": 2025, "type_of_violence": 1, "side_a": ARMY, "side_b": GUARD,
            "date_start": "2025-03-01 00:00:00.000", "date_end": "2025-03-07 00:00:00.000",
            "where_description": "Kessa", "country": "Orlan", "date_prec": 3, "best": 4, "high": 6,
        },
        {
            "id": 8, "type_of_violence": "3.0", "side_a": ARMY, "side_b": "Civilians",
            "date_start": "2025-03-09", "date_end": "2025-03-09", "best": 0,
        },
    )  # fmt: skip
    found = read(text(tmp_path, rows))
    assert rows_of(found) == [
        ("2025-03-01/2025-03-07", ARMY, GUARD, "state-based violence", 1),
        ("2025-03-09", ARMY, "Civilians", "one-sided violence", 1),
    ]
    assert [e["deaths"] for e in found.made.events] == [4, 0]
    assert {e["type"] for e in found.made.events} == {"ASSAULT"}
    assert "deaths are the best estimate" in said(found)


def test_icews(tmp_path: Path) -> None:
    head = (
        "Event ID|Event Date|Source Name|Source Sectors|Source Country|Event Text|CAMEO Code|Intensity|"
        "Target Name|Target Sectors|Target Country|Story ID|Sentence Number|Publisher|City|Country"
    )
    rows = table(
        head,
        {
            "Event ID": 1, "Event Date": "2014-01-02", "Source Name": ARMY, "Source Country": "Orlan",
            "Event Text": "Use unconventional violence", "CAMEO Code": "180", "Intensity": "-9.0",
            "Target Name": GUARD, "Publisher": "Post", "City": "Kessa", "Country": "Orlan",
        },
    )  # fmt: skip
    found = read(text(tmp_path, rows, delimiter="\t", name="icews.tab"))
    assert rows_of(found) == [("2014-01-02", ARMY, GUARD, "Use unconventional violence", 1)]
    assert [s["title"] for s in found.made.sources[1:]] == ["Post"]


def test_a_graph_whose_source_is_an_actor(tmp_path: Path) -> None:
    rows = table(
        "source|event|target|date|split",
        {"source": ARMY, "event": "raid", "target": GUARD, "date": "2014-01-01"},
    )
    found = read(text(tmp_path, rows))
    assert rows_of(found) == [("2014-01-01", ARMY, GUARD, "raid", 1)]
    assert len(found.made.sources) == 1  # the table itself
    assert "source is taken for who acts" in said(found)


def test_gdelt(tmp_path: Path) -> None:
    head = (
        "GLOBALEVENTID|SQLDATE|MonthYear|Year|FractionDate|Actor1Code|Actor1Name|Actor2Name|EventCode|"
        "EventRootCode|NumMentions|ActionGeo_FullName|DATEADDED|SOURCEURL"
    )
    row: dict[str, object] = {
        "GLOBALEVENTID": 1, "SQLDATE": 20240213, "MonthYear": 202402, "Year": 2024,
        "FractionDate": 2024.1178, "Actor1Name": "ORLAN", "Actor2Name": "GUARD", "EventCode": "190",
        "EventRootCode": "19", "ActionGeo_FullName": "Kessa", "SOURCEURL": "http://example.org/a",
        "DATEADDED": 20240214,
    }  # fmt: skip
    other = {**row, "GLOBALEVENTID": 2, "EventRootCode": "04", "Actor1Name": ""}
    found = read(text(tmp_path, table(head, row, other), delimiter="\t", name="g.tsv"))
    assert [(days(e), found.made.kinds[e["action"]]) for e in found.made.events] == [
        ("2024-02-13", "fight"),
        ("2024-02-13", "consultation"),
    ]
    assert rows_of(found)[1][1] == "Unknown"


def test_gtd(tmp_path: Path) -> None:
    head = "eventid|iyear|imonth|iday|country_txt|city|attacktype1_txt|targtype1_txt|target1|gname|nkill|nwound"
    row = {
        "eventid": 201402000002, "iyear": 2014, "imonth": 2, "iday": 0, "city": "Kessa", "nkill": 3,
        "attacktype1_txt": "Bombing", "targtype1_txt": "Police", "target1": "a post", "gname": GUARD,
    }  # fmt: skip
    found = read(text(tmp_path, table(head, row)))
    assert rows_of(found) == [("2014-02-01/2014-02-28", GUARD, "Police", "Bombing", 1)]
    assert found.made.events[0]["deaths"] == 3


@pytest.mark.parametrize(
    "head",
    [
        "Datum|Täter|Ziel|Art des Ereignisses|Anzahl|Getötete",
        "Fecha|Actor|Objetivo|Tipo de evento|Número|Muertos",
        "Tarih|Saldırgan|Hedef|Tür|Sayı|Ölü",
        "Дата|Сторона А|Сторона Б|Вид действия|Кол-во|Убито",
        "Дата|Хто|Проти кого|Тип події|Кількість|Загиблі",
        "تاريخ الحدث|المنفذ|الهدف|نوع الحدث|العدد|القتلى",
        "When|By whom|Against whom|Kind|How many?|Number killed",
        "DATE OF INCIDENT|ACTOR 1|ACTOR 2|EVENT_TYPE|COUNT|FATALITIES",
    ],
)
def test_columns_by_their_names_in_many_languages(tmp_path: Path, head: str) -> None:
    found = read(text(tmp_path, [head.split("|"), ["2024-02-13", ARMY, GUARD, "raid", 3, 2]]))
    assert rows_of(found) == [("2024-02-13", ARMY, GUARD, "raid", 3)]
    assert found.made.events[0]["deaths"] == 2
    assert found.layout.unused == ()
