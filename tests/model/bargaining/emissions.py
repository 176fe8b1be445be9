"""Years of delay before emission standards bind: Table 1 of Scholz, Calbert and Smith (2011), from
Bueno de Mesquita (1994), page 78. Ten actors: position in years, salience, capability.
"""

from __future__ import annotations

from talion.model.bargaining.positions import one_dimension

EMISSIONS = one_dimension(
    "delay of emission standards",
    {
        "Netherlands": (4, 80, 0.08),
        "Belgium": (7, 40, 0.08),
        "Luxembourg": (4, 20, 0.03),
        "Germany": (4, 80, 0.16),
        "France": (10, 60, 0.16),
        "Italy": (10, 60, 0.16),
        "UK": (10, 90, 0.16),
        "Ireland": (7, 10, 0.05),
        "Denmark": (4, 100, 0.05),
        "Greece": (7, 70, 0.08),
    },
    low=0,
    high=12,
    low_means="at once",
    high_means="after twelve years",
)
