"""Short rows of numbers in compiled code, several lanes at a time.

LLVM leaves such loops scalar where rows are short, since its checks for overlap cost more than the
work, and carries sums through memory. So the vector operations are written out. Each lane is one
product and one sum, rounded as ever.
"""

# ruff: noqa: ARG001 - numba reads the arguments of an operation from its signature
from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["LANES", "add_row", "running_rows"]

LANES = 8
"""Doubles in one operation: a cache line. Narrower processors take two or four steps."""

_ROW = ir.VectorType(ir.DoubleType(), LANES)
_PLACE = types.intp


def _data(context: Any, builder: Any, sig: Any, given: Any, n: int) -> Any:
    """Pointer to the numbers of the array in argument n."""
    return context.make_array(sig.args[n])(context, builder, value=given[n]).data


def _row(builder: Any, data: Any, index: Any) -> Any:
    """Pointer to the row that begins at an index."""
    return builder.bitcast(builder.gep(data, [index]), _ROW.as_pointer())


def _times(builder: Any, x: Any, row: Any) -> Any:
    """A number times each lane of the row at a pointer."""
    none, lane = ir.Constant(_ROW, ir.Undefined), ir.IntType(32)
    first = builder.insert_element(none, x, ir.Constant(lane, 0))
    everywhere = ir.Constant(ir.VectorType(lane, LANES), [0] * LANES)
    return builder.fmul(builder.shuffle_vector(first, none, everywhere), builder.load(row, align=8))


def _add_row(typing: Any, to: Any, o: Any, row: Any, p: Any, x: Any) -> Any:
    """to[o : o + LANES] += x row[p : p + LANES], without check of bounds."""

    def generate(context: Any, builder: Any, sig: Any, given: Any) -> Any:
        target = _row(builder, _data(context, builder, sig, given, 0), given[1])
        more = _times(
            builder, given[4], _row(builder, _data(context, builder, sig, given, 2), given[3])
        )
        builder.store(builder.fadd(builder.load(target, align=8), more), target, align=8)
        return context.get_dummy_value()

    return types.void(to, _PLACE, row, _PLACE, types.float64), generate


def _running_rows(
    typing: Any, a: Any, b: Any, c: Any, o: Any, wide: Any, f: Any, p: Any, g: Any, q: Any,
    kinds: Any, first: Any, x: Any, at: Any, y: Any, n: Any,
) -> Any:  # fmt: skip
    """Running sums of n rows in three arrays, without check of bounds.

    From the rows at o on, each `wide` after the last, for s = 0 ... n - 1 and k = kinds[first + s]:

        a[s + 1] = a[s] + x[at + s] f[p + k wide]
        b[s + 1] = b[s] + x[at + s] g[q + k wide]
        c[s + 1] = c[s] + x[at + s] y[s] g[q + k wide]
    """

    def generate(context: Any, builder: Any, sig: Any, given: Any) -> Any:
        data = {i: _data(context, builder, sig, given, i) for i in (0, 1, 2, 5, 7, 9, 11, 13)}
        place, wide = given[3], given[4]
        sums = [cgutils.alloca_once(builder, _ROW) for _ in range(3)]  # type: ignore[no-untyped-call]
        for i, total in enumerate(sums):
            builder.store(builder.load(_row(builder, data[i], place), align=8), total)
        with cgutils.for_range(builder, given[14]) as loop:
            s = loop.index
            kind = builder.load(builder.gep(data[9], [builder.add(given[10], s)]))
            step = builder.mul(kind, wide)
            x = builder.load(builder.gep(data[11], [builder.add(given[12], s)]))
            y = builder.fmul(x, builder.load(builder.gep(data[13], [s])))
            f = _row(builder, data[5], builder.add(given[6], step))
            g = _row(builder, data[7], builder.add(given[8], step))
            to = builder.add(place, builder.mul(wide, builder.add(s, s.type(1))))
            more = [_times(builder, x, f), _times(builder, x, g), _times(builder, y, g)]
            for i, total in enumerate(sums):
                grown = builder.fadd(builder.load(total), more[i])
                builder.store(grown, total)
                builder.store(grown, _row(builder, data[i], to), align=8)
        return context.get_dummy_value()

    signature = types.void(
        a, b, c, _PLACE, _PLACE, f, _PLACE, g, _PLACE, kinds, _PLACE, x, _PLACE, y, _PLACE
    )
    return signature, generate


add_row: Any = intrinsic(_add_row)
running_rows: Any = intrinsic(_running_rows)
