"""Likelihood and gradient of the whole process for fixed event times, one target type at a time.

For target k, with factors z constant between the moments at which they change:

    lambda(t) = [ mu exp(gamma . (z - z_ref) + w_week(t))
                  + exp(delta . (z - z_ref)) sum_m a_m x_m(t) ] exp(-sum_c b_c u_c(t))

    x_m(t) = sum over earlier events of the term's class of s (ln2/h) 2^(-(t - t_i)/h)
    u_c <- u_c + (1 - u_c) step at an event of the channel, halving every h days between

w is the week's log-escalation, a parameter here; its prior is `talion.fit.escalation`. delta is
zero unless a case says otherwise. The likelihood separates by target, so a row is an object.

The compensator is exact where a row has no suppression channel: between changes of the factors the
integral of x is a difference of sums. With channels it is an exponential of exponentials without
closed form, and is taken by Gauss-Legendre nodes on pieces that end at every event that matters and
are no longer than the shortest half-life; tests hold it to 1e-8 of adaptive quadrature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import InputError
from talion.fit.events import EventTable
from talion.fit.linear import LN2, require_exact

__all__ = [
    "Answer",
    "Channel",
    "FactorPath",
    "ProcessParameters",
    "ProcessRow",
    "RowValue",
    "factor_path",
    "process_row",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_NODES = 5
_WEEK = 7.0


@dataclass(frozen=True)
class Answer:
    """An answer term: events of some types (and marks) draw events of the target."""

    half_life: float
    """Days."""
    sizes: tuple[tuple[int, int | None, float], ...]
    """(source type, mark or None for every mark, size s)."""


@dataclass(frozen=True)
class Channel:
    """A suppression channel: events hold the target's rate down (b > 0) or up (b < 0)."""

    half_life: float
    """Days."""
    steps: tuple[tuple[int, int | None, float], ...]
    """(source type, mark or None for every mark, step in 0..1)."""


@dataclass(frozen=True, eq=False)
class FactorPath:
    """Factors, constant from each change until the next. Make one with `factor_path`."""

    changes: F8
    """[S] days, ascending; the first no later than the period's start."""
    values: F8
    """[S, F] from then on, less the references."""

    def before(self, moments: F8) -> F8:
        """[Q, F] values just before each moment: a change at the moment itself comes after."""
        row = np.searchsorted(self.changes, moments, side="left") - 1
        return np.ascontiguousarray(self.values[np.maximum(row, 0)])


class ProcessParameters(NamedTuple):
    """Parameters of one row; a gradient has the same shape."""

    log_background: float
    """log mu, events per day."""
    gamma: F8
    """[F] factors on the background, logarithmic."""
    delta: F8
    """[F] factors on the answers, logarithmic."""
    answers: F8
    """[M] expected direct answers a."""
    suppression: F8
    """[C] exponents b, either sign."""
    weekly: F8
    """[W] log-escalation w of each week of the period."""


class RowValue(NamedTuple):
    """Log-likelihood of one row and its derivatives."""

    value: float
    gradient: ProcessParameters


@dataclass(frozen=True, eq=False)
class ProcessRow:
    """One target type's events and compensator, ready to be evaluated. Make with `process_row`.

    The first `events` of the R rows are events, the rest carry the compensator.
    """

    target: int
    events: int
    moments: F8
    """[R] days: of the events, then, ascending, of the nodes or middles of the compensator."""
    z: F8
    """[R, F]"""
    week: I8
    """[R]"""
    length: F8
    """[R]"""
    x: F8
    """[R, M]"""
    u: F8
    """[R, C]"""
    weeks: int
    """W; week 0 holds the period's start, weeks begin on absolute days divisible by 7."""

    @property
    def shapes(self) -> tuple[int, int, int, int]:
        """F, M, C, W."""
        return self.z.shape[1], self.x.shape[1], self.u.shape[1], self.weeks

    def parameters(
        self,
        background: float,
        *,
        gamma: ArrayLike = 0.0,
        delta: ArrayLike = 0.0,
        answers: ArrayLike = 0.0,
        suppression: ArrayLike = 0.0,
        weekly: ArrayLike = 0.0,
    ) -> ProcessParameters:
        """Shape parameters for this row; a single number serves every place.

        Args:
            background: mu, events per day, positive.
            gamma: [F].
            delta: [F].
            answers: [M], not negative.
            suppression: [C].
            weekly: [W].

        Raises:
            InputError: a shape or sign is wrong.
        """
        f, m, c, w = self.shapes
        given = {
            "gamma": (gamma, f), "delta": (delta, f), "answers": (answers, m),
            "suppression": (suppression, c), "weekly": (weekly, w),
        }  # fmt: skip
        arrays = {}
        for name, (values, size) in given.items():
            array = np.array(values, np.float64)
            if array.shape not in {(), (size,)} or not np.isfinite(array).all():
                raise InputError(f"{size} finite numbers are needed", place=name, value=values)
            arrays[name] = np.ascontiguousarray(np.broadcast_to(array, (size,))).copy()
        if not (0.0 < background < np.inf):
            raise InputError("must be positive", place="background", value=background)
        if (arrays["answers"] < 0.0).any():
            raise InputError("must not be negative", place="answers", value=answers)
        return ProcessParameters(float(np.log(background)), **arrays)

    def expected(self, p: ProcessParameters) -> F8:
        """[R - events] expected events of the type in each part of the compensator."""
        own = slice(self.events, None)
        z, x, u = self.z[own], self.x[own], self.u[own]
        free = np.exp(p.log_background + p.weekly[self.week[own]] + z @ p.gamma) * self.length[own]
        parts: F8 = (free + np.exp(z @ p.delta) * (x @ p.answers)) * np.exp(-(u @ p.suppression))
        return parts

    def evaluate(self, p: ProcessParameters) -> RowValue:
        """Log-likelihood of the row at `p`, with its gradient.

        -inf, with a gradient not to be used, where the rate at some event is not positive.
        """
        g = [np.zeros(1), *(np.zeros(n) for n in (*self.shapes[:1] * 2, *self.shapes[1:]))]
        value = compiled_row()(
            self.events, self.z, self.week, self.length, self.x, self.u, p.log_background,
            p.gamma, p.delta, p.answers, p.suppression, p.weekly, *g,
        )  # fmt: skip
        return RowValue(value, ProcessParameters(float(g[0][0]), *g[1:]))


@cache
def compiled_row() -> Callable[..., float]:
    """The pass of `talion.fit.process_kernel` for value and gradient, compiled when first called."""
    from talion.fit.process_kernel import SOURCES, row_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(row_pass, SOURCES, ENTRY)


@cache
def compiled_trace() -> Callable[..., None]:
    """The pass of `talion.fit.process_kernel` over the past, compiled when first called."""
    from talion.fit.process_kernel import SOURCES, trace_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(trace_pass, SOURCES, ENTRY)


def factor_path(changes: ArrayLike, values: ArrayLike, reference: ArrayLike = 0.0) -> FactorPath:
    """Check and shape the course of the factors.

    Args:
        changes: [S] days at which some factor changes, ascending.
        values: [S, F] factors from then on.
        reference: [F] values at which the background rate is stated.

    Raises:
        InputError: shapes or order are wrong.

    >>> path = factor_path([0, 1, 2], [[0.0], [1.0], [3.0]], reference=[1.0])
    >>> path.before(np.array([0.5, 1.0, 1.5, 9.0])).ravel().tolist()
    [-1.0, -1.0, 0.0, 2.0]
    """
    at, z = np.array(changes, np.float64), np.array(values, np.float64)
    if at.ndim != 1 or z.ndim != 2 or len(at) != len(z) or not len(at):
        raise InputError(
            "factors need one row for each change", place="values", value=(at.shape, z.shape)
        )
    if not (np.isfinite(at).all() and np.isfinite(z).all() and (np.diff(at) >= 0).all()):
        raise InputError("changes must ascend and values be finite", place="changes")
    return FactorPath(at, np.ascontiguousarray(z - np.asarray(reference, np.float64)))


class _Terms(NamedTuple):
    """Answer terms and channels as arrays over classes (type, mark)."""

    classes: I8
    weight: F8
    a_rate: F8
    step: F8
    c_rate: F8


def _check_half_life(half_life: float) -> float:
    if not 0.0 < half_life < np.inf:
        raise InputError("half-lives must be positive days", value=half_life)
    return half_life


def _terms(table: EventTable, answers: Sequence[Answer], channels: Sequence[Channel]) -> _Terms:
    marks = int(table.marks.max(initial=0)) + 1
    types = len(table.names)

    def spread(entries: Sequence[tuple[tuple[int, int | None, float], ...]], top: float) -> F8:
        matrix = np.zeros((types, marks, len(entries)))
        for column, sizes in enumerate(entries):
            for source, mark, size in sizes:
                if not (0 <= source < types and (mark is None or mark >= 0) and 0 <= size <= top):
                    raise InputError(
                        "no such source, or a size out of range", value=(source, mark, size),
                        remedy=f"types 0 to {types - 1}; sizes 0 to {top:g}",
                    )  # fmt: skip
                if mark is None or mark < marks:
                    matrix[source, slice(None) if mark is None else mark, column] = size
        return matrix.reshape(types * marks, len(entries))

    return _Terms(
        classes=table.types * marks + table.marks,
        weight=spread([a.sizes for a in answers], np.finfo(float).max),
        a_rate=LN2 / np.array([_check_half_life(a.half_life) for a in answers], np.float64),
        step=spread([c.steps for c in channels], 1.0),
        c_rate=LN2 / np.array([_check_half_life(c.half_life) for c in channels], np.float64),
    )


def _trace(table: EventTable, terms: _Terms, moments: F8) -> tuple[F8, F8, F8]:
    """Decayed sums, plain sums and suppression states just before each moment, in any order."""
    m, c = len(terms.a_rate), len(terms.c_rate)
    s, n, u = (np.zeros((len(moments), k)) for k in (m, m, c))
    if len(moments):
        order = np.argsort(moments, kind="stable")
        compiled_trace()(
            table.times, terms.classes, moments[order], terms.weight, terms.a_rate, terms.step,
            terms.c_rate, np.zeros(m), np.zeros(m), np.zeros(c), s, n, u,
        )  # fmt: skip
        back = np.argsort(order, kind="stable")
        s, n, u = s[back], n[back], u[back]
    return s, n, u


def _cuts(table: EventTable, path: FactorPath, *, weekly: bool, extra: F8, longest: float) -> F8:
    """Ends of the pieces of the compensator, none longer than `longest`."""
    inner = [path.changes, extra]
    if weekly:
        inner.append(np.arange(np.ceil(table.start / _WEEK), table.end / _WEEK) * _WEEK)
    points = np.concatenate(inner)
    points = points[(points > table.start) & (points < table.end)]
    ends = np.unique(np.concatenate([[table.start], points, [table.end]]))
    parts = np.maximum(np.ceil(np.diff(ends) / longest), 1.0).astype(np.int64)
    fine = [
        np.linspace(a, b, k, endpoint=False)
        for a, b, k in zip(ends[:-1], ends[1:], parts, strict=True)
    ]
    return np.concatenate([*fine, ends[-1:]])


def _nodes(cuts: F8) -> tuple[F8, F8]:
    """Gauss-Legendre nodes and weights on every piece."""
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(cuts)[:, None] / 2.0
    middle = (cuts[:-1] + cuts[1:])[:, None] / 2.0
    return (middle + half * node).ravel(), (half * weight).ravel()


def process_row(
    table: EventTable,
    target: int,
    *,
    answers: Sequence[Answer] = (),
    channels: Sequence[Channel] = (),
    factors: FactorPath | None = None,
    weekly: bool = False,
    split_at_events: bool = False,
) -> ProcessRow:
    """Prepare one target type's likelihood; the past is passed over once, here.

    Args:
        table: events with exact times; history before the period excites and suppresses.
        target: index of the target type.
        answers: M terms.
        channels: C channels.
        factors: their course; it must reach back to the period's start.
        weekly: whether every week has a log-escalation of its own.
        split_at_events: end pieces of the compensator at every event of the target, so that it is
            known between them; residuals need that, the likelihood does not.

    Raises:
        RecordError: a time is known only to an interval.
        InputError: no such type, or the factors begin after the period does.

    >>> from talion.fit.events import event_table
    >>> row = process_row(event_table([1.0, 4.0], start=0, end=10), 0)
    >>> found = row.evaluate(row.parameters(0.2))
    >>> bool(np.isclose(found.value, 2 * np.log(0.2) - 0.2 * 10))
    True
    """
    require_exact(table)
    if not 0 <= target < len(table.names):
        raise InputError("no such event type", place="target", value=target)
    path = factors or FactorPath(np.array([table.start]), np.zeros((1, 0)))
    if path.changes[0] > table.start:
        raise InputError(
            "factors must be known from the period's start on",
            place="factors",
            value=float(path.changes[0]),
            remedy=f"give their values from day {table.start:g}",
        )
    terms = _terms(table, answers, channels)
    own = table.times[table.first :][table.types[table.first :] == target]
    s, _, u = _trace(table, terms, own)
    event_x = s * terms.a_rate
    if channels:
        matters = (terms.weight[terms.classes] > 0).any(1) | (terms.step[terms.classes] > 0).any(1)
        rates = np.concatenate([terms.a_rate, terms.c_rate])
        longest = LN2 / rates.max()
        extra = table.times[matters]
        if split_at_events:
            extra = np.concatenate([extra, own])
        cuts = _cuts(table, path, weekly=weekly, extra=extra, longest=longest)
        at, length = _nodes(cuts)
        node_s, _, node_u = _trace(table, terms, at)
        node_x = node_s * terms.a_rate * length[:, None]
    else:
        extra = own if split_at_events else np.zeros(0)
        cuts = _cuts(table, path, weekly=weekly, extra=extra, longest=np.inf)
        end_s, end_n, _ = _trace(table, terms, cuts)
        at, length = (cuts[:-1] + cuts[1:]) / 2.0, np.diff(cuts)
        node_x = np.diff(end_n - end_s, axis=0)
        node_u = np.zeros((len(at), 0))
    moments = np.concatenate([own, at])
    first_week = np.floor(table.start / _WEEK)
    # The week just before a moment; the period's first moment belongs to the first week.
    week = np.maximum(np.ceil(moments / _WEEK) - 1.0 - first_week, 0.0) if weekly else moments * 0.0
    return ProcessRow(
        target=target,
        events=len(own),
        moments=moments,
        z=path.before(moments),
        week=week.astype(np.int64),
        length=np.concatenate([np.ones(len(own)), length]),
        x=np.concatenate([event_x, node_x]),
        u=np.concatenate([u, node_u]),
        weeks=int(np.ceil(table.end / _WEEK) - first_week) if weekly else 1,
    )
