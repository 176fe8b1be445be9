"""A model's structure as the kernel reads it: the same entries with unsigned indices.

An index that cannot be negative saves the compiled code a test at every access, which is a third of
its time. So "none" is not -1 here: an entry without link points to the multiplier after the last
link, which stays 1, and one without channel to the channel after the last, which is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.model.compiled import Structure

__all__ = ["Wiring", "wire"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]


class Wiring(NamedTuple):
    """Fields of `talion.model.compiled.Structure`, under the same names, and what follows."""

    type_hash: U8
    class_start: U4
    class_type: U4
    half_life: F8
    band_edge: F8
    band_width: F8
    band_p0: F8
    band_top: F8
    """[K] upper edge of the last band."""
    ee_start: U4
    ee_target: U4
    ee_half: U4
    ee_link: U4
    ee_channel: U4
    ee_step: F8
    ch_start: U4
    ch_type: U4
    """[C] target type of each channel."""
    ch_half: U4
    ch_link: U4
    fr_start: U4
    fr_factor: U4
    fr_link: U4
    mm_start: U4
    mm_factor: U4
    mm_link: U4
    ef_start: U4
    ef_factor: U4
    ef_link: U4
    ff_target: U4
    """[Nff] target factor of each factor -> factor entry."""
    ff_source: U4
    ff_link: U4
    factor_hash: U8
    is_level: I8
    low: F8
    """[F] lower end of a level's range; none for a switch."""
    high: F8
    sr_start: U4
    sr_factor: U4
    listing_type: I8
    dc_start: U4
    dc_decision: U4
    de_write: I8
    de_sets: I8
    de_exec: I8
    de_need: I8
    de_hash: U8
    de_pos_start: U4
    po_move_start: U4
    po_factor: U4
    sm_start: U4
    sm_factor: U4
    de_axis: I8
    ve_start: U4
    ve_position: U4
    de_held: I8
    dc_binds: I8
    de_table_x: F8
    de_table_y: F8


_SIGNED = (
    *("is_level", "listing_type", "de_write", "de_sets", "de_exec", "de_need"),
    *("de_axis", "de_held", "dc_binds"),
)


def _rows(start: I8) -> I8:
    """The row of each entry, from offsets."""
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


def wire(s: Structure) -> Wiring:
    """Make the kernel's copy of a structure that `check_model` has passed.

    Args:
        s: the structure; its indices lie in their ranges.

    Returns:
        The same entries, "none" told by an index past the last.
    """
    given: dict[str, Any] = s._asdict()
    given["band_top"] = s.band_edge[:, -1] + s.band_width[:, -1]
    given["ch_type"], given["ff_target"] = _rows(s.ch_start), _rows(s.ff_start)
    given["low"] = np.where(s.is_level == 1, s.lo, -np.inf)
    given["high"] = np.where(s.is_level == 1, s.hi, np.inf)
    given["ee_channel"] = np.where(s.ee_channel < 0, len(s.ch_half), s.ee_channel)
    for field in ("ee_link", "ch_link", "fr_link", "mm_link", "ef_link", "ff_link"):
        given[field] = np.where(given[field] < 0, s.n_links, given[field])
    wired = {}
    for field in Wiring._fields:
        array = given[field]
        unsigned = array.dtype == np.int64 and field not in _SIGNED
        wired[field] = array.astype(np.uint32) if unsigned else array
    return Wiring(**wired)
