"""What an answer comes to, in plain words and by the model's own numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talion.model.case import Case
from talion.model.compile import compile_model
from talion.model.compiled import CompiledModel
from talion.model.echo import consequences
from talion.read.questions.question import Question, recorded_pace
from talion.read.questions.subjects import far_state, title_of
from talion.read.questions.written import Written

__all__ = ["comes_to", "rates_after"]

F8 = NDArray[np.float64]
MONTH = 30.4375
FAR = 3  # times the record's pace, for a usual rate that is a slip or needs a reason
DRAWS = 200
SEED = 20240213


def comes_to(case: Case, question: Question, written: Written, switch: str | None = None) -> str:
    """Return the consequence of an answer, without a full stop.

    Args:
        case: with the answer in it.
        question: what was answered.
        written: what the answer put into the case.
        switch: the switch named as the pressure, for the question what comes after it.
    """
    told = "; ".join(written.notes)
    if question.kind == "usual":
        return "; ".join(filter(None, (_rate(case, question.about[0]), told)))
    if len(written.entry) == 2 and written.entry[0] == "links":
        said = [
            f"{c.says}: {c.means}"
            + (f"; half of it gone after {c.fades:g} days" if c.fades else "")
            for c in consequences(case)
            if c.link == written.entry[1]
        ]
        parts = [*said, told]
        if question.kind == "after" and switch is not None:
            parts.insert(1, _total(case, question.about[0], switch))
        return "; ".join(filter(None, parts))
    if len(written.entry) == 2 and written.entry[0] == "factors":
        name = written.entry[1]
        away = f"a what-if turns it to {far_state(case, name)}"
        return "; ".join(filter(None, (f"{title_of(case, name)} is a switch; {away}", told)))
    return told


def _rate(case: Case, name: str) -> str:
    low, likely, high = case.events[name].usual
    days = case.horizons[-1]
    expected = f"{likely / MONTH * days:.0f}"
    if low < high:
        expected += f" ({low / MONTH * days:.0f} to {high / MONTH * days:.0f})"
    pace = f"one in {MONTH / likely:.2g} days" if likely < MONTH else f"{likely / MONTH:.2g} a day"
    return "; ".join(filter(None, (pace, f"about {expected} in {days} days", _beside(case, name))))


def _beside(case: Case, name: str) -> str:
    """Say where a usual rate is far from the pace of the record."""
    listed = recorded_pace(case, name)
    if listed is None:
        return ""
    low, _, high = case.events[name].usual
    pace = listed[0] / listed[1] * MONTH
    if FAR * pace < low:
        return f"that is over {FAR} times as many as the record dates, {pace:.2g} a month"
    if high * FAR < pace:
        return f"that is less than a third of what the record dates, {pace:.2g} a month"
    return ""


def _total(case: Case, effect: str, switch: str) -> str:
    rates = np.sort(rates_after(case, effect, switch))
    low, likely, high = (rates[int(q * (len(rates) - 1))] for q in (0.1, 0.5, 0.9))
    if not np.isfinite(high):
        return "with what answers other events it breeds without end in some draws"
    return (
        f"with what answers other events {likely * MONTH:.2g} a month ({low * MONTH:.2g} to "
        f"{high * MONTH:.2g})"
    )


def rates_after(case: Case, effect: str, switch: str) -> F8:
    """Return the settled rate of a type once a switch is turned, events per day, shape (200,); inf where it
    breeds without end.

    With mu the background and A the direct answers (A_kj of type k to one event of j), rates settle
    where R = mu e^(gamma d) + A R, d the change of dose and gamma the links of the switch (Hawkes
    1971, Biometrika 58:83). Suppression is left out. The reading is as written with our links.

    Args:
        case: the case.
        effect: id of an event type.
        switch: id of the switch; it goes to the state farthest from the one on the cut-off.
    """
    model = compile_model(case, "as_written_ours", draws=DRAWS, seed=SEED, worlds=["baseline"])
    answers = _answers(model)
    states = case.factors[switch].states or {}
    column = model.factor_ids.index(switch)
    change = states[far_state(case, switch)][1] - model.draws.z_ref[:, column]
    background = model.draws.background.copy()
    entries = model.structure
    for k in range(len(model.type_ids)):
        for entry in range(entries.fr_start[k], entries.fr_start[k + 1]):
            if entries.fr_factor[entry] == column:
                background[:, k] *= np.exp(model.draws.fr_gamma[:, entry] * change)
    settled = np.linalg.solve(np.eye(len(model.type_ids)) - answers, background[:, :, None])
    # A draw in which answers breed without end settles nowhere: its solution has no meaning.
    endless = np.abs(np.linalg.eigvals(answers)).max(axis=1) >= 1
    return np.where(endless, np.inf, settled[:, model.type_ids.index(effect), 0])


def _answers(model: CompiledModel) -> F8:
    """Return the direct answers of type k to one event of type j, (draws, k, j)."""
    structure, draws = model.structure, model.draws
    types = len(model.type_ids)
    found = np.zeros((model.n_draws, types, types))
    for source in range(structure.class_type.size):
        for entry in range(structure.ee_start[source], structure.ee_start[source + 1]):
            part = draws.class_weight[:, source] * draws.ee_offspring[:, entry]
            found[:, structure.ee_target[entry], structure.class_type[source]] += part
    return found
