"""By what a fit is found again: hashes of what it may see, the method, the seed and the sizes.

The case's hash leaves out what no fit looks at (judgments, what-ifs, counterfactuals, issues,
decisions, prose), so that rewording a judgment or placing an actor costs no new fit; of rivals it
holds what each leaves out, since that adds a fit. The record's hash is of the record as known on
`as_of`, so that what was published later changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import BaseModel

from talion.fit.case.options import VARIANTS
from talion.model.case import Case

__all__ = ["DEFAULT_SEED", "METHOD", "FitSettings", "case_hash", "fit_key"]

# Raise the number with any change that moves the draws of a fit of an unchanged case.
METHOD = "case-fit 3"
DEFAULT_SEED = 20240213

_UNSEEN = frozenset(
    {"title", "as_of_note", "horizon", "lexicon", "record_folder", "sources", "notes", "leads"}
    | {"issues", "decisions"}  # a fit holds switches at their dated values, and decides nothing
    | {"judgments", "what_ifs", "counterfactuals", "rivals", "hypotheses", "episodes"}
)
_PROSE = frozenset({"title", "group", "because", "evidence", "tempo", "held_by"})


@dataclass(frozen=True)
class FitSettings:
    """Seed and sizes of a fit.

    Attributes:
        seed: of all random numbers.
        chains: of the sampler, for each reading.
        sweeps: of each chain of the main reading.
        variants: readings to fit beside the main one.
        patience: a reading that misses its gate is run on, to so many times `sweeps` at the most.
    """

    seed: int = DEFAULT_SEED
    chains: int = 4
    sweeps: int = 5000
    variants: tuple[str, ...] = tuple(VARIANTS)
    patience: float = 2.4


def case_hash(case: Case) -> str:
    """Return the SHA-256 of what a fit may see of a case file.

    Left out are values equal to their default, as the file's text would leave them out. Order
    counts: classes, factors and links are numbered by it.

    >>> from talion.model.case import load_case
    >>> len(case_hash(load_case("baghdad-2024")))
    64
    """
    seen = {
        name: _plain(value) for name, value in _stated(case.document).items() if name not in _UNSEEN
    }
    if case.document.rivals:  # what each leaves out is fitted; what is compared is not
        seen["without"] = sorted({rival.without for rival in case.document.rivals})
    text = json.dumps(seen, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fit_key(case: Case, settings: FitSettings) -> str:
    """Return the name under which a fit is kept: a hash of case, record, method and settings.

    Args:
        case: with the record as known on `as_of`.
        settings: of the fit.

    Returns:
        32 hexadecimal digits.
    """
    parts = {
        "method": METHOD,
        "case": case_hash(case),
        "record": case.record.content_hash(),
        "settings": asdict(settings),
    }
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _stated(part: BaseModel) -> dict[str, object]:
    """Return the fields of a part of the file that differ from their default."""
    found: dict[str, object] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        is_default = not field.is_required() and value == field.get_default(
            call_default_factory=True, validated_data={}
        )
        if not is_default:
            found[name] = value
    return found


def _plain(value: object) -> object:
    """Return a value as lists, numbers and texts; mappings as pairs, since their order counts."""
    if isinstance(value, BaseModel):
        return {n: _plain(v) for n, v in _stated(value).items() if n not in _PROSE}
    if isinstance(value, Mapping):
        return [[_plain(name), _plain(item)] for name, item in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no canonical form for {type(value).__name__}")
