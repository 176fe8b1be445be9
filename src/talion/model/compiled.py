"""The compiled model: plain arrays that the simulation kernel and the fit read as they are.

A case with its priors becomes numbers here and nowhere else; what follows knows no YAML. Every
array is C-contiguous and *writable* (a read-only array would cost the kernel a second
compilation): ints are int64, floats float64, hashes uint64.

Letters for sizes: D draws, K event types, S classes (a class is one combination of marks of one
type; the classes of a type are contiguous), F factors, H half-lives, C suppression channels,
M decisions, P positions, B bands. ``x_start`` arrays are offsets in the usual compressed form: the
entries of row ``i`` are ``x_start[i] : x_start[i + 1]``.

The process, for event type k:

    lambda_k(t) = scale_k [ mu_k exp(sum gamma (z - z_ref)) + sum_h E_kh(t) ] exp(-sum_c b_c u_c(t))

where E_kh jumps by a ln2/h at an event and halves every h days, u_c <- u_c + (1 - u_c) step at an
event and halves every h days, and z are the factors. `talion.model.process` tells it in numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ADD_EVENT",
    "AXES",
    "BLOCK",
    "EXACT",
    "MEDIAN",
    "NODES",
    "NO_LISTING",
    "PIN",
    "SCALE_LINK",
    "SCALE_TYPE",
    "SET",
    "SHIFT",
    "TABLED",
    "UNBLOCK",
    "UNPIN",
    "CompiledModel",
    "Draws",
    "Start",
    "Structure",
    "World",
    "WorldSpec",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

# Operations of a what-if row. All act at 00:00 UTC of their day but ADD_EVENT, which acts at noon.
SET = 0  # factor := value; cancels a pending change; not held
PIN = 1  # factor := value and held: ticks, jumps and sets pass it by
UNPIN = 2  # let a pinned factor go, from where it stands
SHIFT = 3  # factor += value once, clipped to its range
SCALE_TYPE = 4  # rate multiplier of an event type := value
SCALE_LINK = 5  # multiplier of a link := value (on answers to events from then on)
ADD_EVENT = 6  # a forced event of class `target`; value is 1
BLOCK = 7  # no event of the type
UNBLOCK = 8

# How a draw's decision is made: `Draws.de_model`.
EXACT = 0.0  # the weighted mean of the positions as they stand
MEDIAN = 1.0  # their weighted median
TABLED = 2.0  # the weighted mean and what another model differs from it, looked up in a table
AXES = 3
NODES = 5
"""That table runs along up to three moved positions or saliences, with so many nodes on each."""

NO_LISTING = -2  # in `Structure.listing_type`: every event of the type is listed


class Structure(NamedTuple):
    """What does not vary by draw. Link indices are 0..n_links-1, or -1 for "no link"."""

    type_hash: U8
    """[K] hash of each type's id; keys its random numbers."""
    class_start: I8
    """[K+1] first class of each type."""
    class_type: I8
    """[S] type of each class."""
    half_life: F8
    """[H] days."""
    band_edge: F8
    """[K, B] lower edge of each band of the embedding, events per day; band_edge[:, 0] = 0."""
    band_width: F8
    """[K, B] events per day; edge[b] + width[b] = edge[b+1]."""
    band_p0: F8
    """[K, B] exp(-width): probability that a (day, band) cell is empty."""
    ee_start: I8
    """[S+1] event -> event entries by source class."""
    ee_target: I8
    """[Nee] target type."""
    ee_half: I8
    """[Nee] index into half_life."""
    ee_link: I8
    """[Nee]"""
    ee_channel: I8
    """[Nee] suppression channel fed by the entry, or -1."""
    ee_step: F8
    """[Nee] 0..1, how far u moves towards 1 at an event."""
    ch_start: I8
    """[K+1] suppression channels by target type."""
    ch_half: I8
    """[C] index into half_life."""
    ch_link: I8
    """[C]"""
    fr_start: I8
    """[K+1] factor -> rate entries by target type."""
    fr_factor: I8
    """[Nfr]"""
    fr_link: I8
    """[Nfr]"""
    mm_start: I8
    """[S+1] factor -> mark-mix entries by class (log weight)."""
    mm_factor: I8
    """[Nmm]"""
    mm_link: I8
    """[Nmm]"""
    ef_start: I8
    """[S+1] event -> factor jumps by class."""
    ef_factor: I8
    """[Nef]"""
    ef_link: I8
    """[Nef]"""
    ff_start: I8
    """[F+1] factor -> factor inputs by target factor."""
    ff_source: I8
    """[Nff]"""
    ff_link: I8
    """[Nff]"""
    factor_hash: U8
    """[F]"""
    is_level: I8
    """[F] 1 = drifts at the daily tick (level, latent); 0 = switch."""
    lo: F8
    """[F] lower end of the factor's range."""
    hi: F8
    """[F] upper end."""
    sr_start: I8
    """[S+1] set_by rules by class."""
    sr_factor: I8
    """[Nsr]"""
    listing_type: I8
    """[K] factor that moves the listing probability, -1 for none, NO_LISTING for no model."""
    dc_start: I8
    """[S+1] decision calls by class."""
    dc_decision: I8
    """[Ndc]"""
    de_write: I8
    """[M] level factor that receives the outcome, or -1."""
    de_sets: I8
    """[M] switch set when the outcome is at or below the threshold, or -1."""
    de_exec: I8
    """[M] level factor whose rest execution moves, or -1."""
    de_need: I8
    """[M] switch that must stand at de_need_value for the decision to be taken, or -1."""
    de_hash: U8
    """[M]"""
    de_pos_start: I8
    """[M+1] positions by decision."""
    po_move_start: I8
    """[P+1] movers by position."""
    po_factor: I8
    """[Npm] factor that moves the position."""
    sm_start: I8
    """[P+1] movers by salience."""
    sm_factor: I8
    """[Nsm] factor that moves the salience."""
    de_axis: I8
    """[M, AXES] what a decision's table runs along: position p as p, its salience as P + p, or -1."""
    ve_start: I8
    """[M+1] positions whose consent is needed, by decision."""
    ve_position: I8
    """[Nve]"""
    de_held: I8
    """[M] 1: without consent the outcome is de_consent; 0: nothing is settled."""
    dc_binds: I8
    """[Ndc] 1, or 0: the outcome is written, but neither sets nor executes."""
    de_table_x: F8
    """[M, T] outcomes, ascending in each row."""
    de_table_y: F8
    """[M, T] executed level at each outcome; linear between, flat outside."""
    n_links: int


class Draws(NamedTuple):
    """What varies by draw; the first axis is the draw."""

    background: F8
    """[D, K] mu, events per day at the reference state."""
    ee_offspring: F8
    """[D, Nee] a >= 0, expected direct answers of one event of the class."""
    ch_b: F8
    """[D, C] exp(-b) is the share of the rate left at u = 1; either sign."""
    fr_gamma: F8
    """[D, Nfr] log rate per unit of the factor."""
    mm_gamma: F8
    """[D, Nmm] log weight per unit of the factor."""
    ef_jump: F8
    """[D, Nef] units of the factor per event."""
    ff_coef: F8
    """[D, Nff] units of rest per unit of the source factor."""
    z_ref: F8
    """[D, F] gamma and coef multiply (z - z_ref)."""
    rest: F8
    """[D, F] where a level settles."""
    pull: F8
    """[D, F] share of the way to rest gone in a day."""
    noise: F8
    """[D, F] sd of the normal increment at the tick of every day divisible by 7."""
    class_weight: F8
    """[D, S] sums to 1 within a type."""
    sr_value: F8
    """[D, Nsr] value set."""
    sr_chance: F8
    """[D, Nsr] probability per event."""
    sr_half_life: F8
    """[D, Nsr] days the value lasts (exponential, as a half-life); <= 0 lasts."""
    sr_after: F8
    """[D, Nsr] value when it ends."""
    listing_logit: F8
    """[D, K] log odds that an event is listed, at z_ref."""
    listing_load: F8
    """[D, K] log odds per unit of (z - z_ref) of the listing factor."""
    de_chance: F8
    """[D, Ndc] probability that an event leads to the decision."""
    de_error: F8
    """[D, M] sd of the outcome around the weighted mean, points."""
    de_sets_value: F8
    """[D, M]"""
    de_threshold: F8
    """[D, M] points."""
    de_lag: F8
    """[D, M] days from decision to execution (exponential, as a half-life)."""
    de_reversal: F8
    """[D, M] probability that a decision is never executed."""
    de_need_value: F8
    """[D, M]"""
    po_at: F8
    """[D, P] points 0..100 at the reference state."""
    po_power: F8
    """[D, P]"""
    po_salience: F8
    """[D, P]"""
    po_move: F8
    """[D, Npm] points per 100 units of (z - z_ref)."""
    sm_move: F8
    """[D, Nsm] points of salience per 100 units of (z - z_ref)."""
    de_model: F8
    """[D, M] EXACT, MEDIAN or TABLED."""
    de_node: F8
    """[D, M * AXES * NODES] places of the nodes of each axis, ascending: shifts in points."""
    de_departure: F8
    """[D, M * NODES ** AXES] a model's outcome less the weighted mean at each node, points."""
    de_consent: F8
    """[D, M] outcomes under this need consent; -1 for none."""
    ve_within: F8
    """[D, Nve] points below its position down to which an actor consents."""


class Start(NamedTuple):
    """The state at 00:00 of one start day, from the run-in along the record or a fitted past.

    The factors' values are those *after* that midnight's tick: the first tick of a history is the
    midnight after `day`. What-if rows of `day` itself act.
    """

    day: int
    """Absolute day number."""
    mass: F8
    """[D, S, H] sum of 2^(-(day - t_i)/h) over the class's earlier events."""
    u: F8
    """[D, C] suppression state."""
    z: F8
    """[D, F]"""
    latent_sd: F8
    """[D, F] stationary sd of a latent factor, drawn around z at the start; 0 elsewhere, and where
    a fit has told the factor's past."""
    timer_half_life: F8
    """[D, F] half-life in days of a pending change of a switch; 0 for none."""
    timer_value: F8
    """[D, F] the value it will change to."""


class World(NamedTuple):
    """The rows of one what-if, sorted by day, then by order in the case."""

    row_day: I8
    """[R] absolute day."""
    row_op: I8
    """[R] one of the operations above."""
    row_target: I8
    """[R] factor, type, link or (ADD_EVENT) class index."""
    row_value: F8
    """[D, R]"""


@dataclass(frozen=True)
class WorldSpec:
    """One what-if of a compiled model; the baseline has no rows."""

    id: str
    title: str
    start_index: int
    """Which of the model's starts it begins from."""
    rows: World
    from_day: int
    """First day on which it may differ from its baseline."""


@dataclass(frozen=True)
class CompiledModel:
    """One reading of a case, ready to simulate."""

    structure: Structure
    draws: Draws
    starts: tuple[Start, ...]
    worlds: tuple[WorldSpec, ...]
    type_ids: tuple[str, ...]
    class_labels: tuple[str, ...]
    factor_ids: tuple[str, ...]
    link_ids: tuple[str, ...]
    reading: str
    seed: int
    usual: F8
    """[D, K] usual rate of each type, events per day."""
    overdrawn: Mapping[str, float] = field(default_factory=dict)
    """Types of which links claim more than there usually are, and in what share of draws."""

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.draws.background.shape[0])

    def world_index(self, world: str) -> int:
        """Position of a what-if by its id; KeyError names the ones there are."""
        for index, spec in enumerate(self.worlds):
            if spec.id == world:
                return index
        known = ", ".join(spec.id for spec in self.worlds)
        raise KeyError(f"no what-if {world!r}; there are: {known}")
