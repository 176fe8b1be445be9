"""From a case and its record to the arrays that the sampler reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.arrays import LATENT, LEVEL, SWITCH, Specification
from talion.fit.case.blocks import SELDOM, blocks_of, nothing_yet
from talion.fit.case.listing import listing_of
from talion.fit.case.options import Options
from talion.fit.case.parameters import Parameters
from talion.fit.case.recorded import Recorded, record_arrays, recorded
from talion.fit.case.weeks import shown_until
from talion.model.arrows import Arrow, link_strength
from talion.model.case import EPOCH, Case
from talion.model.classes import SourceClass, classes_of, matching
from talion.model.compile_factors import POINTS_PER_TIMES, state_on
from talion.model.reading import READINGS
from talion.model.schema import Factor
from talion.model.strength import FADES

__all__ = ["Problem", "problem_of"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything there is to fit, and the names of it.

    Attributes:
        case: the case.
        options: the way to fit.
        arrays: for the compiled sampler.
        parameters: names in the order of the first coordinates.
        sampled: [P] whether the record or listing can move the parameter at all.
        arrows: the arrows that act, in the order of signs.
        factors: names of the factors that bear on the record.
        classes: of the case.
        record: what is read of the record.
        informed: links whose size or sign the likelihood looks at, by data on both of their ends.
        held: scores under their priors of the parameters that the options hold fixed.
    """

    case: Case
    options: Options
    arrays: Specification
    parameters: tuple[str, ...]
    sampled: NDArray[np.bool_]
    arrows: tuple[Arrow, ...]
    factors: tuple[str, ...]
    classes: tuple[SourceClass, ...]
    record: Recorded
    informed: tuple[str, ...]
    held: Mapping[str, float] = field(default_factory=dict)


def problem_of(case: Case, options: Options | None = None) -> Problem:
    """Return what is to be fitted.

    Args:
        case: the case.
        options: the way to fit; the no-view prior with everything in by default.
    """
    return _Builder(case, options or Options()).build()


class _Builder:
    """Holds the parts while they are put together."""

    def __init__(self, case: Case, options: Options) -> None:
        self.case, self.options, self.document = case, options, case.document
        self.classes = classes_of(case.document)
        self.types = list(case.events)
        self.record = recorded(case, self.classes, options)
        if options.until is not None:
            self.record = shown_until(self.record, options.until)
        self.days = self.record.window.days
        self.parameters = Parameters(fixed=dict(options.fixed))
        self.reading = READINGS[options.reading]
        acting = [a for a in case.arrows if self._acts(a)]
        self.factors = _relevant(case, acting, self.record.types)
        self.arrows = tuple(a for a in acting if self._bears(a))
        self.index = {f: i for i, f in enumerate(self.factors)}

    def _acts(self, arrow: Arrow) -> bool:
        """Whether the arrow is in this reading, with a cause that the record shows or a factor."""
        if self.case.links[arrow.link].origin not in self.reading.origins:
            return False
        if arrow.link in self.options.without:
            return False
        factor = self.case.factors.get(arrow.cause)
        if factor is not None and factor.kind == "latent" and not self.options.escalation:
            return False
        return arrow.cause in self.case.factors or arrow.cause in self.record.types

    def _bears(self, arrow: Arrow) -> bool:
        """Whether the arrow ends at explained events or at a factor that bears on them."""
        return arrow.effect in self.record.types or arrow.effect in self.factors

    def build(self) -> Problem:
        parts: dict[str, Any] = {}
        parts |= self._types()
        parts |= self._groups()
        parts |= self._factors()
        parts |= self._factor_links()
        parts |= self._usual_when()
        listing = listing_of(self.case, self.classes, self.record, self.options, self.parameters)
        load = self._listing_load()
        shocks = self._shocks()
        parts |= record_arrays(self.record, self.parameters, len(self.classes))
        table = self.parameters
        self._check_fixed()
        first = len(table.names)
        shock_of, after = self._shock_places(first, shocks)
        weekly = listing.weekly_places(after, self.days)
        arrays = Specification(
            days=self.days,
            start=self.record.window.start,
            strength=self.options.strength,
            **_quadrature(),
            p_middle=np.array(table.middle),
            p_down=np.array(table.down),
            p_up=np.array(table.up),
            p_scale=_ints(table.scale),
            f_shock=shock_of,
            f_mirror=_ints(int(self._mirrors(f)) for f in self.factors),
            shocks=1 + int(self._ticks().max(initial=0)),
            sets_every=SELDOM,
            tick=self._ticks(),
            l_weekly=weekly,
            **listing.arrays,
            **load,
            **parts,
            **nothing_yet(len(self.types)),
            free_arrow=_ints(
                int(self.reading.signs == "either" and not self._held(a)) for a in self.arrows
            ),
        )  # fmt: skip
        arrays, sampled = blocks_of(arrays, np.array(table.free), self._strengths(), self._ends())
        return Problem(
            self.case, self.options, arrays, tuple(table.names), sampled, self.arrows,
            self.factors, self.classes, self.record, self._informed(), table.scores_of_fixed,
        )  # fmt: skip

    def _check_fixed(self) -> None:
        for name, value in self.options.fixed:
            if name not in self.parameters.names or not np.isfinite(value):
                raise InputError(
                    "no such parameter bears on the record, or no finite value",
                    place="fixed", value=(name, value),
                    remedy="name it as in the fit's draws, such as `usual/attack`",
                )  # fmt: skip

    # --- types, marks, groups -----------------------------------------------------------------

    def _types(self) -> dict[str, Any]:
        usual: list[int] = []
        share_start, share_param, group_of = [0], list[int](), list[int]()
        place: dict[tuple[str, str, str], int] = {}
        for name, event in self.case.events.items():
            usual.append(self.parameters.add(f"usual/{name}", event.usual, "log"))
            for mark, values in event.marks.items():
                for value, prior in values.items():
                    place[name, mark, value] = len(share_param)
                    group_of.append(len(share_start) - 1)
                    share_param.append(
                        self.parameters.percent(f"mark/{name}/{mark}/{value}", prior)
                    )
                share_start.append(len(share_param))
        rows = [[place[c.type, m, v] for m, v in c.marks] for c in self.classes]
        class_type = _ints(self.types.index(c.type) for c in self.classes)
        cm_start, cm_share = _offsets(rows)
        return {
            "usual": _ints(usual),
            "fitted": _ints(int(t in self.record.types) for t in self.types),
            "class_type": class_type,
            "class_start": np.searchsorted(class_type, np.arange(len(self.types) + 1)),
            "share_start": _ints(share_start),
            "share_param": _ints(share_param),
            "share_group": _ints(group_of),
            "cm_start": cm_start,
            "cm_share": cm_share,
        }

    def _groups(self) -> dict[str, Any]:
        """Event-to-event arrows into explained types, cause classes of `more_when` apart."""
        lives = sorted({FADES[self.case.links[a.link].fades or "weeks"] for a in self.arrows})
        rows: list[dict[str, Any]] = []
        for number, arrow in enumerate(self.arrows):
            if arrow.kind != "event-event":
                continue
            link = self.case.links[arrow.link]
            form, prior = link_strength(link, arrow.kind, self.document.word_strengths)
            name = f"{arrow.name}/{form}"
            param = (
                self.parameters.percent(name, prior)
                if form == "share"
                else self.parameters.magnitude(name, prior)
            )
            for members, more in self._members(arrow):
                rows.append(
                    {
                        "target": self.types.index(arrow.effect), "arrow": number,
                        "half": lives.index(FADES[link.fades or "weeks"]),
                        "step": link.saturates, "share": int(form == "share"),
                        "within": float(link.within or 0.0), "param": param, "more": more,
                        "member": [int(c.index in members) for c in self.classes],
                    }
                )  # fmt: skip
        rows.sort(key=lambda row: (row["target"], row["arrow"]))
        out: dict[str, Any] = {"half_life": np.array(lives or [7.0])}
        out["g_start"] = _starts([r["target"] for r in rows], len(self.types))
        for key in ("target", "arrow", "half", "share", "param", "more"):
            out[f"g_{key}"] = _ints(r[key] for r in rows)
        for key in ("step", "within"):
            out[f"g_{key}"] = np.array([r[key] for r in rows], np.float64)
        of_arrow = [[i for i, r in enumerate(rows) if r["arrow"] == row["arrow"]] for row in rows]
        out["g_first"] = _ints(same[0] for same in of_arrow)
        out["g_last"] = _ints(same[-1] for same in of_arrow)
        out["g_member"] = _matrix([r["member"] for r in rows], len(self.classes))
        return out

    def _members(self, arrow: Arrow) -> list[tuple[set[int], int]]:
        """Cause classes with the parameter of their multiplier, -1 without."""
        link = self.case.links[arrow.link]
        selected = set(matching(self.classes, arrow.cause, dict(arrow.cause_marks)))
        if link.more_when is None:
            return [(selected, -1)]
        strong = set(matching(self.classes, arrow.cause, link.more_when.marks)) & selected
        more = self.parameters.add(f"{arrow.name}/more", link.more_when.times, "log")
        return [g for g in ((selected - strong, -1), (strong, more)) if g[0]]

    # --- factors ------------------------------------------------------------------------------

    def _factors(self) -> dict[str, Any]:
        kind, half, noise, rest, reference = (list[int]() for _ in range(5))
        low, high = list[float](), list[float]()
        dose = np.full((self.days + 1, len(self.factors)), -1, np.int64)
        for i, name in enumerate(self.factors):
            factor = self.case.factors[name]
            kind.append(_kind(factor))
            low.append(-50.0 if factor.kind == "latent" else float(factor.range[0]))
            high.append(50.0 if factor.kind == "latent" else float(factor.range[1]))
            if factor.is_switch:
                doses = {
                    state: self.parameters.add(f"dose/{name}/{state}", prior)
                    for state, prior in (factor.states or {}).items()
                }
                first = self.record.window.start
                held = dict(self.options.held).get(name)
                dose[:, i] = [
                    doses[held or state_on(factor, EPOCH + dt.timedelta(days=first + d))]
                    for d in range(self.days + 1)
                ]
                reference.append(doses[state_on(factor, self.case.as_of)])
                for column in (half, noise, rest):
                    column.append(-1)
                continue
            reference.append(-1)
            half.append(self.parameters.add(f"half-life/{name}", factor.half_life, "log"))
            if factor.kind == "latent":
                sd = factor.sd or (1.0, 1.0, 1.0)
                noise.append(self.parameters.add(f"sd/{name}", sd, "log"))
                rest.append(-1)
            else:
                noise.append(self.parameters.add(f"noise/{name}", factor.noise))
                rest.append(self.parameters.add(f"rest/{name}", factor.rest or (0.0, 0.0, 0.0)))
        return {
            "f_kind": _ints(kind), "f_half": _ints(half), "f_noise": _ints(noise),
            "f_rest": _ints(rest), "f_low": np.array(low), "f_high": np.array(high),
            "f_dose": dose, "f_reference": _ints(reference),
        }  # fmt: skip

    def _factor_links(self) -> dict[str, Any]:
        rate: list[tuple[int, ...]] = []
        mix: list[tuple[int, ...]] = []
        jump: list[tuple[int, ...]] = []
        inputs: list[tuple[int, ...]] = []
        per: dict[tuple[str, int], float] = {}
        for number, arrow in enumerate(self.arrows):
            link = self.case.links[arrow.link]
            if arrow.kind in ("event-event", "factor-listing"):
                continue
            form, prior = link_strength(link, arrow.kind, self.document.word_strengths)
            name = f"{arrow.name}/{form}"
            per["arrow", number] = self._per(arrow)
            if arrow.kind == "event-factor":
                param = self.parameters.magnitude(name, prior)
                for members, more in self._members(arrow):
                    for c in members:
                        jump.append((c, self.index[arrow.effect], param, more, number))
            elif arrow.kind == "factor-factor":
                param = self.parameters.magnitude(name, prior)
                effect, cause = self.index[arrow.effect], self.index[arrow.cause]
                inputs.append((effect, cause, param, number))
            else:
                param = self.parameters.add(f"{arrow.name}/times", prior, "log")
                cause = self.index[arrow.cause]
                if arrow.kind == "factor-mark":
                    chosen = matching(self.classes, arrow.effect, dict(arrow.effect_marks))
                    mix.extend((c, cause, param, number) for c in chosen)
                else:
                    rate.append((self.types.index(arrow.effect), cause, param, number))
        out: dict[str, Any] = {}
        out |= _sparse("r", rate, len(self.types), ("factor", "param", "arrow"))
        out |= _sparse("m", mix, len(self.classes), ("factor", "param", "arrow"))
        out |= _sparse("j", jump, len(self.classes), ("factor", "param", "more", "arrow"))
        out |= _sparse("i", inputs, len(self.factors), ("source", "param", "arrow"))
        for letter in ("r", "m", "i"):
            out[f"{letter}_per"] = np.array([per["arrow", int(a)] for a in out[f"{letter}_arrow"]])
        return out

    def _per(self, arrow: Arrow) -> float:
        """Points per unit of strength: of `times` on a rate, of `per_100` on a factor."""
        factor = self.case.factors.get(arrow.cause)
        if factor is None:
            return 1.0
        if arrow.kind == "factor-factor":
            return 1.0 if factor.is_switch else 100.0
        return float(self.case.links[arrow.link].per or POINTS_PER_TIMES)

    def _usual_when(self) -> dict[str, Any]:
        rows = [
            (self.types.index(name), self.index[factor],
             self.parameters.add(f"dose/{factor}/{state}", self.case.factors[factor].states[state]))  # type: ignore[index]
            for name, event in self.case.events.items()
            for factor, state in event.usual_when.items()
            if factor in self.index
        ]  # fmt: skip
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        return {f"w_{n}": _ints(columns[i]) for i, n in enumerate(("type", "factor", "param"))}

    def _listing_load(self) -> dict[str, Any]:
        k = len(self.types)
        out: dict[str, Any] = {
            n: np.full(k, -1, np.int64) for n in ("l_factor", "l_load", "l_arrow")
        }
        out["l_per"] = np.ones(k)
        for number, arrow in enumerate(self.arrows):
            if arrow.kind == "factor-listing" and arrow.effect in self.record.types:
                at = self.types.index(arrow.effect)
                _, prior = link_strength(
                    self.case.links[arrow.link], arrow.kind, self.document.word_strengths
                )
                out["l_factor"][at] = self.index[arrow.cause]
                out["l_load"][at] = self.parameters.add(f"{arrow.name}/times", prior, "log")
                out["l_arrow"][at] = number
                out["l_per"][at] = self._per(arrow)
        return out

    # --- coordinates --------------------------------------------------------------------------

    def _shocks(self) -> list[int]:
        """Factors with innovations of their own."""
        return [
            i
            for i, name in enumerate(self.factors)
            if not self.case.factors[name].is_switch
            and (self.case.factors[name].kind == "latent" or self.case.factors[name].noise[2] > 0)
        ]

    def _held(self, arrow: Arrow) -> bool:
        """Whether the arrow's strength is held as known, and so its sign, as stated."""
        held = {name.rpartition("/")[0] for name, _ in self.options.fixed}
        return arrow.name in held

    def _mirrors(self, name: str) -> bool:
        """Whether a factor and its arrows could all be turned over unseen."""
        own = [a for a in self.arrows if a.cause == name]
        return (
            self.case.factors[name].kind == "latent"
            and self.reading.signs == "either"
            and all(a.kind == "factor-event" and not self._held(a) for a in own)
        )

    def _ticks(self) -> I8:
        """Which innovation each midnight takes: 1, 2, ... at days divisible by 7."""
        out = np.zeros(self.days + 1, np.int64)
        weekly = [d for d in range(1, self.days + 1) if (self.record.window.start + d) % 7 == 0]
        out[weekly] = np.arange(1, len(weekly) + 1)
        return out

    def _shock_places(self, first: int, shocks: Sequence[int]) -> tuple[I8, int]:
        each = 1 + int(self._ticks().max(initial=0))
        out = np.full(len(self.factors), -1, np.int64)
        for n, f in enumerate(shocks):
            out[f] = first + n * each
        return out, first + len(shocks) * each

    # --- what depends on what ------------------------------------------------------------------

    def _strengths(self) -> I8:
        """[A] parameter of each arrow's strength."""
        out = np.zeros(len(self.arrows), np.int64)
        index = {name: i for i, name in enumerate(self.parameters.names)}
        for number, arrow in enumerate(self.arrows):
            form, _ = link_strength(
                self.case.links[arrow.link], arrow.kind, self.document.word_strengths
            )
            out[number] = index[f"{arrow.name}/{form}"]
        return out

    def _ends(self) -> I8:
        """[A] the factor that an arrow ends at, -1 where it ends at events."""
        return _ints(self.index.get(a.effect, -1) for a in self.arrows)

    def _informed(self) -> tuple[str, ...]:
        """Links with data on both ends: recorded events, or an observed or measured factor."""
        shown = set(self.record.types)
        for name in self.factors:
            factor = self.case.factors[name]
            if factor.kind == "observed" and self._changes(factor):
                shown.add(name)
            if factor.kind == "measured" and set(factor.indicators) & set(self.record.types):
                shown.add(name)
            if factor.kind == "latent":
                shown.add(name)
        found = {a.link for a in self.arrows if a.cause in shown and a.effect in shown}
        found |= {a.link for a in self.arrows if a.kind == "factor-listing" and a.cause in shown}
        return tuple(link for link in self.case.links if link in found)

    def _changes(self, factor: Factor) -> bool:
        """Whether a switch changes its state within the window."""
        first = EPOCH + dt.timedelta(days=self.record.window.start)
        return any(first < day <= self.case.as_of for day in factor.values)


def _kind(factor: Factor) -> int:
    if factor.is_switch:
        return SWITCH
    return LATENT if factor.kind == "latent" else LEVEL


def _relevant(case: Case, arrows: Sequence[Arrow], types: Sequence[str]) -> tuple[str, ...]:
    """Factors from which some arrow leads, at length, to events that are explained."""
    found: set[str] = set()
    grown = True
    while grown:
        grown = False
        for arrow in arrows:
            ends = arrow.effect in types or arrow.effect in found
            if ends and arrow.cause in case.factors and arrow.cause not in found:
                found.add(arrow.cause)
                grown = True
    return tuple(name for name in case.factors if name in found)


def _quadrature() -> dict[str, Any]:
    node, weight = np.polynomial.legendre.leggauss(48)
    return {"node": (node + 1) / 2, "node_weight": weight / 2}


def _ints(values: Iterable[int]) -> I8:
    return np.array(list(values), np.int64)


def _matrix(rows: Sequence[Sequence[int]], width: int) -> I8:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _starts(row_of: Sequence[int], rows: int) -> I8:
    return np.searchsorted(_ints(row_of), np.arange(rows + 1)).astype(np.int64)


def _offsets(rows: Sequence[Sequence[int]]) -> tuple[I8, I8]:
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return start, _ints(i for row in rows for i in row)


def _sparse(
    letter: str, rows: list[tuple[int, ...]], n: int, names: Sequence[str]
) -> dict[str, Any]:
    rows.sort(key=lambda row: row[0])
    out: dict[str, Any] = {f"{letter}_start": _starts([r[0] for r in rows], n)}
    for i, name in enumerate(names, start=1):
        out[f"{letter}_{name}"] = _ints(r[i] for r in rows)
    return out
