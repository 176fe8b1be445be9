"""Bargaining over positions: who wants what, how much it matters to them, what they can bring to bear.

`positions` states an issue, `drawn_stakes` one of which stakes are ranges. `baselines` need no dynamics
and stand beside `spatial` (the Spatial Model of Politics), `challenge` (Bueno de Mesquita's model) and
`exchange` (of votes across issues). `outcome` runs them over draws; `tipping` says what they turn on.
"""

from talion.model.bargaining.baselines import weighted_mean, weighted_median
from talion.model.bargaining.challenge import challenge_model
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.positions import Dimension, Issue, Stake, one_dimension, stake
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = [
    "ChallengeOptions",
    "Dimension",
    "Issue",
    "SpatialOptions",
    "Stake",
    "challenge_model",
    "one_dimension",
    "spatial_model",
    "stake",
    "weighted_mean",
    "weighted_median",
]
