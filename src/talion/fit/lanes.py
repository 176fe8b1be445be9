"""Short rows of numbers in compiled code, several lanes at a time.

LLVM leaves such loops scalar where rows are short: its checks for overlap cost more than the work.
So the vector operation is written out. Each lane is one product and one sum, rounded as ever.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["LANES", "add_row"]

LANES = 8
"""Doubles in one operation: a cache line. Narrower processors take two or four steps."""

_ROW = ir.VectorType(ir.DoubleType(), LANES)


def _place(context: Any, builder: Any, sig: Any, given: Any, n: int) -> Any:
    """Pointer to the row of the array in argument n that begins at the argument after it."""
    array = context.make_array(sig.args[n])(context, builder, value=given[n])
    return builder.bitcast(builder.gep(array.data, [given[n + 1]]), _ROW.as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def add_row(typing: Any, to: Any, o: Any, old: Any, q: Any, row: Any, p: Any, x: Any) -> Any:
    """to[o : o + LANES] = old[q : q + LANES] + x row[p : p + LANES], without check of bounds."""

    def generate(context: Any, builder: Any, sig: Any, given: Any) -> Any:
        target, before, more = (_place(context, builder, sig, given, n) for n in (0, 2, 4))
        none, lane = ir.Constant(_ROW, ir.Undefined), ir.IntType(32)
        first = builder.insert_element(none, given[6], ir.Constant(lane, 0))
        everywhere = ir.Constant(ir.VectorType(lane, LANES), [0] * LANES)
        factor = builder.shuffle_vector(first, none, everywhere)
        product = builder.fmul(factor, builder.load(more, align=8))
        builder.store(builder.fadd(builder.load(before, align=8), product), target, align=8)
        return context.get_dummy_value()

    place = types.intp
    return types.void(to, place, old, place, row, place, types.float64), generate
