"""What the compiled sampler of a case reads and writes, as tuples of arrays.

Letters for sizes: P parameters, K event types, S classes, A arrows, G groups (the part of an
event-to-event arrow that one set of cause classes plays), F factors that bear on the record, D days
of the window, C cells (a quarter of a day each), R recorded rows, J totals, Q moments up to which
totals count, N events there is room for, X Gaussian coordinates: first the P scores, then weekly
innovations of factors, then weekly innovations of listing.

``x_start`` arrays are offsets in compressed form. -1 stands for "none". Ints are int64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ABSENCES",
    "CELLS_PER_DAY",
    "LATENT",
    "LEVEL",
    "LISTING",
    "MARKS",
    "SWITCH",
    "TOTALS",
    "Chain",
    "Specification",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

CELLS_PER_DAY = 4
SWITCH, LEVEL, LATENT = 0, 1, 2
# Places of the parts of the log-likelihood after those of the K types.
MARKS, LISTING, TOTALS, ABSENCES = 0, 1, 2, 3


class Specification(NamedTuple):
    """What does not change while a case is fitted under one reading."""

    days: int
    start: int
    """Absolute day number of the window's first day; times in the chain are days since then."""
    strength: float
    """Multiplier of every link's strength."""
    node: F8
    """[48] Gauss-Legendre nodes on (0, 1)."""
    node_weight: F8
    p_middle: F8
    """[P] middle of the prior on its scale."""
    p_down: F8
    """[P] per unit of a negative score."""
    p_up: F8
    """[P] per unit of a positive score."""
    p_scale: I8
    """[P] 0 linear, 1 logarithm, 2 log-odds."""
    usual: I8
    """[K] parameter of the usual rate, events a month."""
    fitted: I8
    """[K] 1 where the type's rows are explained."""
    class_type: I8
    class_start: I8
    share_start: I8
    """[marks + 1] shares of the values of each mark of each type."""
    share_param: I8
    share_group: I8
    cm_start: I8
    """[S+1] a class's values, as positions in `share_param`."""
    cm_share: I8
    half_life: F8
    """[H]"""
    g_start: I8
    """[K+1] groups by target type."""
    g_target: I8
    g_arrow: I8
    g_first: I8
    """[G] first group of the same arrow."""
    g_last: I8
    g_half: I8
    g_step: F8
    g_share: I8
    """[G] 1 for a share of usual events, 0 for a number of extra ones."""
    g_within: F8
    g_param: I8
    g_more: I8
    g_member: I8
    """[G, S]"""
    r_start: I8
    """[K+1] factors on rates by target type."""
    r_factor: I8
    r_param: I8
    r_arrow: I8
    r_per: F8
    """[.] points per `times`; 0 for a latent factor, whose unit is its sd."""
    m_start: I8
    """[S+1] factors on the mix of marks by class."""
    m_factor: I8
    m_param: I8
    m_arrow: I8
    m_per: F8
    j_start: I8
    """[S+1] jumps of levels by class."""
    j_factor: I8
    j_param: I8
    j_more: I8
    j_arrow: I8
    i_start: I8
    """[F+1] inputs of factors to levels."""
    i_source: I8
    i_param: I8
    i_arrow: I8
    i_per: F8
    f_kind: I8
    f_half: I8
    f_noise: I8
    """[F] parameter of noise, or of sd for a latent factor."""
    f_rest: I8
    f_low: F8
    f_high: F8
    f_dose: I8
    """[D+1, F] parameter of a switch's dose at each midnight."""
    f_reference: I8
    """[F] parameter of a switch's dose at the reference."""
    f_shock: I8
    """[F] first coordinate of its innovations, -1 without."""
    f_mirror: I8
    """[F] 1 for a latent factor whose arrows all have free signs."""
    shocks: int
    """Innovations of each noisy factor: its start and one a week."""
    tick: I8
    """[D+1] which innovation a midnight takes, 0 for none."""
    w_type: I8
    """[.] `usual_when`: type, factor, parameter of the dose."""
    w_factor: I8
    w_param: I8
    l_param: I8
    """[K] parameter of the listed share, -1 where everything is listed."""
    l_weekly: I8
    """[K] first coordinate of weekly innovations of listing, -1 without."""
    l_spread: I8
    """[K] parameter of their sd."""
    l_keep: float
    """Share of a week's departure of listing that is left a week later."""
    l_class: I8
    """[S] parameter added to the log-odds for the class's harm, -1 without."""
    l_place: I8
    """[S] the same for its place."""
    l_factor: I8
    """[K] factor that moves listing, -1 without."""
    l_load: I8
    l_arrow: I8
    l_per: F8
    t_since: F8
    """[J] first moment counted."""
    t_member: I8
    """[J, S]"""
    t_value: F8
    t_moment: I8
    """[J] which moment it counts up to."""
    t_scale: I8
    """[J] parameter of the scale of errors."""
    t_ratio: I8
    """[J] parameter of the ratio of definitions, -1 for the reference."""
    t_lower: I8
    q_low: F8
    """[Q] earliest and latest moment."""
    q_high: F8
    a_start: F8
    """[.] statements of absence."""
    a_end: F8
    a_member: I8
    a_miss: F8
    """[.] log probability that the statement's speaker misses an event."""
    row_low: F8
    """[R] interval of each recorded row, within the window."""
    row_high: F8
    row_allowed: I8
    """[R, S]"""
    row_weight: I8
    row_after: I8
    free_arrow: I8
    """[A] 1 where the sign is sampled."""
    unlisted_type: I8
    """[.] types with unlisted events."""
    unlisted_tries: I8
    """[.] births and deaths tried in a sweep, and half as many moves."""
    sets_every: int
    """In every how many sweeps sets of arrows are turned."""
    b_start: I8
    """[B+1] blocks of coordinates updated together."""
    b_index: I8
    b_every: I8
    """[B] in every how many sweeps the block is moved."""
    b_types: I8
    """[B, K] types whose numbers depend on the block."""
    b_path: I8
    """[B] whether factors do."""
    b_marks: I8
    """[B] 1 where marks depend on it, 2 where only through the factors; so of listing."""
    b_listing: I8
    b_totals: I8
    d_start: I8
    """[.] directions in which coordinates move together, for the terms of listing."""
    d_index: I8
    d_weight: F8
    a_types: I8
    """[A, K] the same for the sign of an arrow."""
    a_path: I8
    a_marks: I8
    a_listing: I8
    a_strength: I8
    """[A] parameter of its strength."""
    a_alone: I8
    """[A] 1 where its sign is turned by itself: arrows to explained events."""
    s_start: I8
    """[.] sets of arrows whose signs are turned together."""
    s_arrow: I8
    o_start: I8
    """[F+1] arrows into and out of a level with noise, where all have free signs."""
    o_arrow: I8
    c_path: I8
    """[S] whether an event of the class moves a factor."""
    c_moves: I8
    """[S, F] factors whose path such an event changes, by itself or through others."""
    c_needs: I8
    """[S, F] factors that have to be known for that: those and their inputs."""


class Chain(NamedTuple):
    """What one chain carries and works with."""

    x: F8
    """[X] coordinates, standard normal a priori."""
    v: F8
    """[P] natural values."""
    sign: I8
    """[A]"""
    rate: F8
    """[K] usual rates, events a day."""
    weight: F8
    """[S] usual shares of classes."""
    a: F8
    """[G] expected answers (0 where the group prevents)."""
    b: F8
    """[G] exponents (0 where it answers)."""
    asked: F8
    """[G, 4] what the exponent and the mean rate left were last asked for: size and rate of each."""
    left: F8
    """[G] mean share of the rate that the group leaves."""
    mu: F8
    """[K] background at the reference."""
    z: F8
    """[D+1, F]"""
    z_ref: F8
    rest: F8
    pull: F8
    shake: F8
    """[F] sd of a weekly innovation."""
    gain: F8
    """[.] log rate per unit of a factor."""
    mix_gain: F8
    kick: F8
    """[.] points per event."""
    coefficient: F8
    base: F8
    """[K, D] background with factors."""
    mix: F8
    """[D, S] probability of each class within its type."""
    weekly: F8
    """[K, W] log-odds of listing by week."""
    attended: F8
    """[K] log-odds of listing per unit of the factor that moves it."""
    cell: F8
    """[G, C] integral of answers' shape over the cell, or mean of the suppression state."""
    state: F8
    """[G, C+1] decayed sum or suppression state at each cell's start."""
    flow: F8
    """[K, C] expected events of each type in each cell."""
    expected: F8
    """[K] their sums."""
    felt: F8
    """[N] log rate of its own type just before each event, by slot."""
    seen: F8
    """[G, N] the same just before each event of the group's target."""
    events: I8
    """[1] how many there are now."""
    time: F8
    """[N] by slot: days since the start."""
    kind: I8
    """[N] class."""
    row: I8
    """[N] recorded row, -1 for an unlisted event."""
    size: I8
    """[N] events at the moment."""
    order: I8
    """[N] slots in order of time."""
    daily: F8
    """[D, S] events a day."""
    number: F8
    """[J] events that each total counts."""
    moment: F8
    """[Q] up to when."""
    part: F8
    """[K + 4] log-likelihood of each type, marks, listing, totals, absences."""
    dirty: I8
    """[K] types to be evaluated."""
    moved: I8
    """[F] factors whose path or reference has moved."""
    said: F8
    """[N] listing's term of each event, by slot."""
    marked: F8
    """[N] the marks' term."""
    before: I8
    """[A] room for signs."""
    old: F8
    """[X] room."""
    ellipse: F8
    """[X] room."""
    spare: F8
    """[S + F] room."""
    route: I8
    """[3, S + F] room for lists of factors and classes."""
    tally: I8
    """[8, 2] tried and accepted: ellipse evaluations, signs, times, classes, births, deaths, moves, moments."""
    random: U8
    """[1]"""
