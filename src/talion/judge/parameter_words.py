"""Values of parameters said in a sentence, in the units in which the case states them."""

from __future__ import annotations

import math

from talion.judge.parameters import Parameter

__all__ = ["condition_words", "plain_number", "role_words"]

# By form: what a raising arrow does and what a lowering one does, as said with "it" and as in "does
# not"; what stands behind the number.
_VERBS = {
    "share": ("draws", "draw", "prevents", "prevent"),
    "extra": ("draws", "draw", "prevents", "prevent"),
}
_MOVES = ("raises it by", "raise it by", "lowers it by", "lower it by")


def plain_number(value: float) -> str:
    """Return a number with two significant digits, whole from 10 on, with a true minus.

    >>> plain_number(0.1234), plain_number(43.7), plain_number(-3.0), plain_number(0.0)
    ('0.12', '44', '−3', '0')
    """
    if value == 0:
        return "0"
    if abs(value) >= 10:
        text = f"{abs(value):,.0f}"
    else:
        places = max(0, 1 - math.floor(math.log10(abs(value))))
        text = f"{abs(value):.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 else text


def role_words(parameter: Parameter, *, sign: bool, strength: bool) -> str:
    """Return a parameter as that on which something rests.

    Args:
        parameter: the parameter.
        sign, strength: which of the two matters, for one whose sign is open.
    """
    if not parameter.directed:
        return parameter.name
    if parameter.signs is None or not sign:
        return f"the strength of {parameter.name}"
    return f"the sign {'and the strength ' if strength else ''}of {parameter.name}"


def condition_words(
    parameter: Parameter,
    low: float | None,
    high: float | None,
    *,
    strict: bool = False,
    one_way: bool = False,
) -> str:
    """Return a range of a parameter's values as a clause.

    Args:
        parameter: the parameter.
        low, high: ends, in its unit; None for no end.
        strict: an end at the neutral value of an arrow leaves that value out.
        one_way: only values on the end's side of the neutral one are meant.
    """
    if not parameter.directed:
        return f"{parameter.name} is {_range(low, high)} {_unit(parameter)}".rstrip()
    neutral = parameter.neutral
    up, up_plain, down, down_plain = _verbs(parameter)
    bare_up, bare_down = _bare(parameter)
    name = parameter.name
    if low is not None and high is not None:
        return f"{name} {_between(parameter, low, high)}"
    if low is not None:
        if low == neutral:
            return f"{name} {bare_up[0]}" if strict else f"{name} does not {bare_down[1]}"
        if low > neutral:
            return f"{name} {up} over {_size(parameter, low)}"
        lowest = one_way or float(parameter.values.max()) <= neutral
        verb = f"{down} under" if lowest else f"does not {down_plain} over"
        return f"{name} {verb} {_size(parameter, low)}"
    if high is None:
        return name
    if high == neutral:
        return f"{name} {bare_down[0]}" if strict else f"{name} does not {bare_up[1]}"
    if high < neutral:
        return f"{name} {down} over {_size(parameter, high)}"
    only = one_way or float(parameter.values.min()) >= neutral
    verb = f"{up} under" if only else f"does not {up_plain} over"
    return f"{name} {verb} {_size(parameter, high)}"


def _verbs(parameter: Parameter) -> tuple[str, str, str, str]:
    return _VERBS.get(parameter.form, _MOVES)


def _bare(parameter: Parameter) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return raising and lowering without a number: (does, do)."""
    if parameter.form in _VERBS:
        up, up_plain, down, down_plain = _VERBS[parameter.form]
        return (f"{up} any", f"{up_plain} any"), (f"{down} any", f"{down_plain} any")
    return ("raises it", "raise it"), ("lowers it", "lower it")


def _between(parameter: Parameter, low: float, high: float) -> str:
    up, _, down, _ = _verbs(parameter)
    neutral = parameter.neutral
    if low >= neutral:
        if parameter.form == "times" and high >= 2:
            return f"{up} a factor of {plain_number(low)} to {plain_number(high)}"
        return f"{up} {_number(parameter, low)} to {_size(parameter, high)}"
    if high <= neutral:
        return f"{down} {_number(parameter, high)} to {_size(parameter, low)}"
    return f"{down} under {_size(parameter, low)} or {up} under {_size(parameter, high)}"


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{plain_number(low)} to {plain_number(high)}"
    if low is not None:
        return f"over {plain_number(low)}"
    return "any" if high is None else f"under {plain_number(high)}"


def _unit(parameter: Parameter) -> str:
    return parameter.unit if parameter.unit != "times" else "times as much"


def _number(parameter: Parameter, value: float) -> str:
    """Return the number of `_size` without its unit."""
    if parameter.form != "times":
        return plain_number(abs(value))
    if value >= 2:
        return f"a factor of {plain_number(value)}"
    return plain_number(100 * abs(value - 1.0))


def _size(parameter: Parameter, value: float) -> str:
    """Return how much a value of an arrow does, without its direction."""
    if parameter.form == "times":
        return _number(parameter, value) + ("" if value >= 2 else " %")
    number = plain_number(abs(value))
    if parameter.form == "share":
        return f"{number} % of these"
    if parameter.form == "extra":
        return f"{number} {parameter.unit.replace('events', 'of these', 1)}"
    return f"{number} {parameter.unit}"
