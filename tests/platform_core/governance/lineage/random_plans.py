"""Random plans over two frames that hold every type, made of every sort of node and every namespace of expressions."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import polars.selectors as cs

Plan = Callable[..., pl.LazyFrame]
ORDERED = (pl.Int64, pl.Float64, pl.String, pl.Date, pl.Datetime, pl.Boolean, pl.Binary)


def twice(value: float) -> float:
    return sum((value, value))


def frames(seed: int) -> dict[str, pl.DataFrame]:
    """Give the values of the two inputs."""
    rng = random.Random(seed)  # noqa: S311 - chance decides what is tried
    rows = 14

    def base(letter: str, keys: int) -> pl.DataFrame:
        words = ["alpha one", "Beta-2", "gamma three", "delta", "beta 22", " eps "]
        day = dt.date(2024, 1, 1)
        return pl.DataFrame(
            {
                "key": [rng.randrange(keys) for _ in range(rows)],
                "g": [rng.choice("xyz") for _ in range(rows)],
                f"{letter}_i": [rng.randrange(-20, 20) for _ in range(rows)],
                f"{letter}_j": [rng.choice([None, 1, 2, 3, 50]) for _ in range(rows)],
                f"{letter}_f": [rng.choice([0.5, 1.25, -3.0, 7.5, None, 20.0]) for _ in range(rows)],
                f"{letter}_s": [rng.choice(words) for _ in range(rows)],
                f"{letter}_b": [rng.random() < 0.6 for _ in range(rows)],
                f"{letter}_d": [day + dt.timedelta(days=rng.randrange(90)) for _ in range(rows)],
                f"{letter}_t": [dt.datetime(2024, 1, 1) + dt.timedelta(hours=rng.randrange(2000)) for _ in range(rows)],
                f"{letter}_l": [[rng.randrange(9) for _ in range(rng.randrange(1, 4))] for _ in range(rows)],
                f"{letter}_st": [{"x": rng.randrange(9), "y": rng.choice("pqr")} for _ in range(rows)],
                f"{letter}_c": pl.Series(
                    [rng.choice(["low", "mid", "high"]) for _ in range(rows)], dtype=pl.Categorical
                ),
                f"{letter}_by": [rng.choice([b"ab", b"cde", b"f"]) for _ in range(rows)],
            }
        )

    return {"a": base("a", 5), "b": base("b", 6)}


class Builder:
    """Builds one plan: the choices are made by a seed alone, so that it can be built again over other values."""

    def __init__(self, seed: int, nodes: int) -> None:
        self.seed, self.nodes = seed, nodes

    def __call__(self, a: pl.LazyFrame, b: pl.LazyFrame) -> pl.LazyFrame:
        self.rng = random.Random(self.seed)  # noqa: S311 - chance decides what is tried
        self.a, self.b = a, b
        self.count = 0
        frame = self.rng.choice((a, a, b))
        for _ in range(self.rng.randrange(1, self.nodes + 1)):
            frame = self.step(frame)
        return frame

    def step(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Give a frame with one node more; a choice that its types refuse adds none."""
        make = self.rng.choice(NODES)
        try:
            made = make(self, frame)
            made.collect_schema()
        except (pl.exceptions.PolarsError, IndexError, StopIteration, AttributeError):
            return frame
        return made

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def pick(self, frame: pl.LazyFrame, *types: Any) -> str:
        """Give the name of a column of one of some types."""
        schema = frame.collect_schema()
        names = [name for name, dtype in schema.items() if not types or dtype.base_type() in types or dtype in types]
        return self.rng.choice(names)

    def number(self, frame: pl.LazyFrame) -> pl.Expr:
        return pl.col(self.pick(frame, pl.Int64, pl.Float64))

    def text(self, frame: pl.LazyFrame) -> pl.Expr:
        return pl.col(self.pick(frame, pl.String))

    def truth(self, frame: pl.LazyFrame) -> pl.Expr:
        rng = self.rng
        number = self.number
        return rng.choice(
            (
                lambda: number(frame) > rng.choice((-5, 0, 1, 2)),
                lambda: pl.col(self.pick(frame, pl.Boolean)),
                lambda: self.text(frame).str.contains(rng.choice("aeb")),
                lambda: number(frame).is_null() | (number(frame) < 3),
                lambda: number(frame).is_between(-10, 6),
                lambda: pl.col(self.pick(frame)).is_not_null() & (number(frame) != 2),
                lambda: number(frame) >= number(frame).mean().over("g"),
                lambda: pl.col(self.pick(frame)).is_first_distinct(),
                lambda: number(frame).is_in([1, 2, 3, 5]),
            )
        )()

    def expression(self, frame: pl.LazyFrame) -> pl.Expr:
        """Give an expression of one row for each row."""
        return self.rng.choice(EXPRESSIONS)(self, frame)

    def aggregate(self, frame: pl.LazyFrame) -> pl.Expr:
        """Give an expression of one row for all."""
        return self.rng.choice(AGGREGATES)(self, frame)


def _lists(z: Builder, frame: pl.LazyFrame) -> Any:
    return pl.col(z.pick(frame, pl.List)).list


EXPRESSIONS: list[Callable[[Builder, pl.LazyFrame], pl.Expr]] = [
    lambda z, f: z.number(f) + z.number(f) * 2,
    lambda z, f: z.number(f).abs().clip(0, 9).round(),
    lambda z, f: -z.number(f) // 3 % 5,
    lambda z, f: z.number(f).cum_sum(),
    lambda z, f: z.number(f).shift(1).fill_null(0),
    lambda z, f: z.number(f).fill_null(z.number(f).max()),
    lambda z, f: z.number(f).rank("ordinal"),
    lambda z, f: z.number(f).sum().over("g"),
    lambda z, f: z.number(f).cum_sum().over("g", order_by=z.pick(f, pl.Int64, pl.Float64)),
    lambda z, f: z.number(f).rolling_mean(3, min_samples=1),
    lambda z, f: z.number(f).sort_by(z.pick(f)).first(),
    lambda z, f: z.number(f).sort_by(z.pick(f)),
    lambda z, f: z.number(f).filter(z.truth(f)).max(),
    lambda z, f: z.number(f).replace({1: 9, 2: 8}),
    lambda z, f: z.number(f).clip(0, 5).cast(pl.String),
    lambda z, f: z.number(f).map_elements(twice, return_dtype=pl.Float64),
    lambda z, f: z.number(f).map_batches(lambda series: series.sort(), return_dtype=pl.Float64),
    lambda z, f: z.number(f).gather(pl.int_range(pl.len()).reverse()),
    lambda z, f: z.number(f).reverse().slice(0, pl.len()),
    lambda z, f: pl.when(z.truth(f)).then(z.number(f)).otherwise(z.number(f)),
    lambda z, f: pl.when(z.truth(f)).then(z.text(f)).when(z.truth(f)).then(pl.lit("second")),
    lambda z, f: pl.coalesce(z.number(f), z.number(f)),
    lambda z, f: pl.max_horizontal(z.number(f), z.number(f)),
    lambda z, f: pl.sum_horizontal(cs.numeric()),
    lambda z, f: pl.any_horizontal(z.truth(f), z.truth(f)),
    lambda z, f: pl.fold(pl.lit(0), lambda one, other: one + other, [z.number(f), z.number(f)]),
    lambda z, f: pl.concat_str(z.text(f), z.text(f), separator="-"),
    lambda z, f: pl.format("{} of {}", z.text(f), z.number(f)),
    lambda z, f: pl.struct(z.pick(f), z.pick(f, pl.String)),
    lambda z, f: pl.struct(p=z.number(f), q=z.text(f)).struct.field("p"),
    lambda z, f: pl.col(z.pick(f, pl.Struct)).struct.field("x"),
    lambda z, f: pl.col(z.pick(f, pl.Struct)).struct.with_fields(pl.field("x") + z.number(f)),
    lambda z, f: pl.col(z.pick(f, pl.Struct)).struct.json_encode(),
    lambda z, f: pl.concat_list(z.number(f), z.number(f)),
    lambda z, f: _lists(z, f).sum(),
    lambda z, f: _lists(z, f).unique().list.len(),
    lambda z, f: _lists(z, f).eval(pl.element() * 2).list.first(),
    lambda z, f: _lists(z, f).get(0) + z.number(f),
    lambda z, f: _lists(z, f).contains(z.number(f).cast(pl.Int64)),
    lambda z, f: z.text(f).str.to_uppercase().str.slice(1, 3),
    lambda z, f: z.text(f).str.split(" ").list.join("+"),
    lambda z, f: z.text(f).str.extract(r"(\d+)").cast(pl.Int64),
    lambda z, f: z.text(f).str.replace("a", z.text(f), literal=True),
    lambda z, f: z.text(f).str.len_chars() + z.number(f),
    lambda z, f: z.text(f).str.strip_chars().str.starts_with("b"),
    lambda z, f: pl.col(z.pick(f, pl.Date)).dt.month() + pl.col(z.pick(f, pl.Datetime)).dt.hour(),
    lambda z, f: pl.col(z.pick(f, pl.Datetime)).dt.truncate("1w"),
    lambda z, f: pl.col(z.pick(f, pl.Date)).dt.offset_by("1mo").dt.to_string("%Y-%m"),
    lambda z, f: pl.col(z.pick(f, pl.Date)).dt.add_business_days(2, roll="forward"),
    lambda z, f: pl.col(z.pick(f, pl.Datetime)) - pl.col(z.pick(f, pl.Datetime)),
    lambda z, f: pl.col(z.pick(f, pl.Categorical)).cat.len_chars(),
    lambda z, f: pl.col(z.pick(f, pl.Categorical)).cat.starts_with("m") & z.truth(f),
    lambda z, f: pl.col(z.pick(f, pl.Categorical)).cast(pl.String).str.head(2),
    lambda z, f: pl.col(z.pick(f, pl.Binary)).bin.size() + z.number(f),
    lambda z, f: pl.col(z.pick(f, pl.Binary)).bin.encode("hex"),
    lambda z, f: z.text(f).cast(pl.Binary).bin.starts_with(b"a"),
    lambda z, f: pl.len() + z.number(f),
    lambda z, f: pl.int_range(pl.len()),
    lambda z, f: z.number(f).diff(),
    lambda z, f: pl.nth(z.rng.randrange(3)).is_null(),
    lambda z, f: z.number(f).ewm_mean(com=1.0),
    lambda z, f: z.number(f).hash(1),
    lambda z, f: z.number(f).is_duplicated(),
    lambda z, f: z.number(f).peak_max(),
    lambda z, f: pl.col(z.pick(f)).rle_id(),
    lambda z, f: z.number(f).top_k(1).first() + z.number(f).bottom_k_by(z.pick(f, pl.Int64), 1).first(),
    lambda z, f: pl.lit(3),
    lambda z, f: pl.corr(z.number(f), z.number(f)),
    lambda z, f: z.truth(f).not_(),
    lambda z, f: z.number(f).pipe(lambda expression: expression * 2),
    lambda z, f: pl.arg_sort_by(z.pick(f, pl.Int64), z.pick(f, pl.String)),
]

AGGREGATES: list[Callable[[Builder, pl.LazyFrame], pl.Expr]] = [
    lambda z, f: z.number(f).sum(),
    lambda z, f: z.number(f).mean().round(3),
    lambda z, f: z.number(f).filter(z.truth(f)).count(),
    lambda z, f: z.number(f).quantile(0.5),
    lambda z, f: z.text(f).sort().first(),
    lambda z, f: z.text(f).str.join("|"),
    lambda z, f: pl.col(z.pick(f)).n_unique(),
    lambda z, f: pl.len(),
    lambda z, f: z.truth(f).any(),
    lambda z, f: z.number(f).max_by(z.pick(f, pl.Int64)),
    lambda z, f: z.number(f).sort_by(z.pick(f)).last(),
    lambda z, f: z.number(f).arg_max(),
    lambda z, f: z.number(f).std(),
    lambda z, f: z.number(f).implode().list.len(),
    lambda z, f: pl.corr(z.number(f), z.number(f)),
    lambda z, f: (z.number(f) * z.number(f)).sum() / pl.len(),
    lambda z, f: z.number(f).map_batches(lambda series: series.max(), return_dtype=pl.Float64, returns_scalar=True),
]


def _other(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = z.rng.choice((z.a, z.b, z.b))
    if z.rng.random() < 0.4:
        other = other.filter(z.truth(other))
    if z.rng.random() < 0.3:
        other = other.group_by("key", "g", maintain_order=True).agg(z.aggregate(other).alias(z.name()))
    return other


def _join(how: Any, **options: Any) -> Callable[[Builder, pl.LazyFrame], pl.LazyFrame]:
    def make(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
        other = _other(z, frame)
        return frame.join(
            other,
            on=z.rng.choice((["key"], ["key", "g"])),
            how=how,
            maintain_order="left_right",
            suffix=f"_{z.name()}",
            **options,
        ).head(60)

    return make


def _join_on_others(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = _other(z, frame)
    how: Any = z.rng.choice(("inner", "left", "full", "right"))
    return frame.join(
        other,
        left_on=z.pick(frame, pl.Int64),
        right_on=z.pick(other, pl.Int64),
        how=how,
        coalesce=z.rng.random() < 0.5,
        maintain_order="left_right",
        suffix=f"_{z.name()}",
    ).head(60)


def _join_on_expressions(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = _other(z, frame)
    return frame.join(
        other,
        left_on=[(z.number(frame) + 1).cast(pl.Int64)],
        right_on=[z.number(other).cast(pl.Int64)],
        how=z.rng.choice(("inner", "left")),
        maintain_order="left_right",
        suffix=f"_{z.name()}",
    ).head(60)


def _asof(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = _other(z, frame)
    left, right = z.pick(frame, pl.Int64), z.pick(other, pl.Int64)
    by: dict[str, Any] = {"by": "g"} if z.rng.random() < 0.5 else {}
    return frame.sort(left, "key", maintain_order=True).join_asof(
        other.sort(right, "key", maintain_order=True),
        left_on=left,
        right_on=right,
        strategy=z.rng.choice(("backward", "forward", "nearest")),
        suffix=f"_{z.name()}",
        check_sortedness=False,
        **by,
    )


def _where(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = _other(z, frame).rename(lambda name: f"{name}_w")
    return (
        frame.join_where(
            other,
            pl.col(z.pick(frame, pl.Int64)) > pl.col(z.pick(other, pl.Int64)),
            pl.col(z.pick(frame, pl.Int64)) != pl.col(z.pick(other, pl.Int64)),
        )
        .sort(pl.all().exclude(pl.Struct, pl.List))
        .head(40)
    )


def _concat(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    how: Any = z.rng.choice(("vertical", "diagonal", "diagonal_relaxed", "horizontal"))
    if how == "vertical":
        return pl.concat([frame.filter(z.truth(frame)), frame.filter(z.truth(frame))])
    if how == "horizontal":
        return pl.concat([frame, _other(z, frame).select(cs.numeric().name.suffix(f"_{z.name()}"))], how=how)
    return pl.concat([frame, _other(z, frame)], how=how).head(60)


def _collected(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    other = _other(z, frame)
    match z.rng.randrange(4):
        case 0:
            limit = other.select(z.number(other).mean()).collect().item()
            return frame.filter(z.number(frame) <= (limit if limit is not None else 0))
        case 1:
            known = other.select(pl.col("key")).collect()["key"].to_list()
            return frame.with_columns(pl.col("key").is_in(known).alias(z.name()))
        case 2:
            return frame.collect().with_columns(z.expression(frame).alias(z.name())).lazy()
    lookup = (
        other.unique("g", maintain_order=True, keep="first")
        .collect()
        .select("g", pl.exclude("g").name.suffix(f"_{z.name()}"))
    )
    return frame.join(lookup.lazy(), on="g", how="left", maintain_order="left_right")


def _by_window(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    index = z.pick(frame, pl.Date, pl.Datetime)
    by: dict[str, Any] = {"group_by": "g"} if z.rng.random() < 0.5 else {}
    aggregates = [z.aggregate(frame).alias(z.name()) for _ in range(2)]
    ordered = (
        frame.sort("g", index, "key", maintain_order=True) if by else frame.sort(index, "key", maintain_order=True)
    )
    if z.rng.random() < 0.5:
        return ordered.rolling(index, period="20d", **by).agg(aggregates)
    return ordered.group_by_dynamic(index, every="2w", include_boundaries=z.rng.random() < 0.5, **by).agg(aggregates)


def _rolling_expression(z: Builder, frame: pl.LazyFrame) -> pl.LazyFrame:
    index = z.pick(frame, pl.Datetime)
    return frame.sort(index, maintain_order=True).with_columns(
        z.number(frame).sum().rolling(index, period="10d").alias(z.name()),
        z.number(frame).rolling_max_by(index, "5d").alias(z.name()),
    )


NODES: list[Callable[[Builder, pl.LazyFrame], pl.LazyFrame]] = [
    *[lambda z, f: f.with_columns(*[z.expression(f).alias(z.name()) for _ in range(z.rng.randrange(1, 4))])] * 6,
    *[lambda z, f: f.filter(z.truth(f))] * 2,
    lambda z, f: f.select("key", "g", *[z.expression(f).alias(z.name()) for _ in range(4)]),
    lambda z, f: f.select(cs.numeric(), cs.string(), cs.boolean()),
    lambda z, f: f.select(pl.all().exclude(z.pick(f, pl.Date, pl.Binary), z.pick(f, pl.Float64))),
    lambda z, f: f.select("key", "g", (cs.numeric() - cs.by_name("key")).name.suffix("_2") * 2),
    lambda z, f: f.select(pl.all().name.prefix("p_")).rename({"p_key": "key", "p_g": "g"}),
    lambda z, f: f.group_by("key", maintain_order=True).agg(
        pl.col("g").first(), *[z.aggregate(f).alias(z.name()) for _ in range(3)]
    ),
    lambda z, f: f.group_by(pl.col("g"), (z.number(f) > 1).alias("big"), maintain_order=True).agg(
        pl.col("key").max(),
        pl.col(z.pick(f, pl.Int64, pl.Float64)).sort().alias(z.name()),
        z.aggregate(f).alias(z.name()),
    ),
    lambda z, f: f.group_by("key", "g", maintain_order=True).agg(pl.all().first()),
    lambda z, f: f.select(
        z.aggregate(f).alias("key").cast(pl.Int64), pl.lit("x").alias("g"), z.number(f).drop_nulls().alias(z.name())
    ),
    lambda z, f: f.select(
        pl.lit(1).alias("key"), pl.lit("x").alias("g"), *[z.aggregate(f).alias(z.name()) for _ in range(3)]
    ),
    lambda z, f: f.sort(z.pick(f), z.pick(f, pl.Int64), descending=[z.rng.random() < 0.5, False], maintain_order=True),
    lambda z, f: f.unique([z.pick(f), "g"], keep=z.rng.choice(("first", "last", "none")), maintain_order=True),
    lambda z, f: f.unique(maintain_order=True),
    lambda z, f: f.head(z.rng.randrange(3, 12)),
    lambda z, f: f.tail(8).slice(1, 5),
    # Ties are broken by chance, so every column that has an order is asked
    lambda z, f: f.top_k(
        6, by=[z.pick(f, pl.Int64), *[name for name, dtype in f.collect_schema().items() if dtype in ORDERED]]
    ),
    lambda z, f: f.with_row_index(z.name()),
    lambda z, f: f.explode(z.pick(f, pl.List)),
    lambda z, f: (
        f.drop(z.pick(f, pl.Struct))
        if z.rng.random() < 0.2
        else f.select("key", "g", pl.col(z.pick(f, pl.Struct))).unnest(cs.struct())
    ),
    lambda z, f: f.unpivot(
        cs.float(), index=["key", "g", z.pick(f, pl.String)], variable_name=z.name(), value_name=z.name()
    ),
    lambda z, f: (
        f.filter(pl.col("key") < 3)
        .unique(["key", "g"], keep="first", maintain_order=True)
        .pivot("g", on_columns=["x", "y", "z"], index="key", values=z.pick(f, pl.Int64), maintain_order=True)
        .with_columns(g=pl.lit("x"))
    ),
    lambda z, f: f.drop_nulls(z.pick(f, pl.Float64)),
    lambda z, f: f.fill_null(0).drop_nans(),
    lambda z, f: f.shift(1).fill_null(strategy="forward"),
    lambda z, f: f.reverse().gather_every(2),
    lambda z, f: f.cast({z.pick(f, pl.Int64): pl.Float64}),
    lambda z, f: f.update(z.a.select("key", "g").unique("key", keep="first", maintain_order=True), on="key"),
    lambda z, f: f.sort("key", maintain_order=True).merge_sorted(
        f.filter(z.truth(f)).sort("key", maintain_order=True), key="key"
    ),
    lambda z, f: f.map_batches(lambda frame: frame.sort("key", maintain_order=True)),
    lambda z, f: f.group_by("g", maintain_order=True).map_groups(
        lambda frame: frame.head(2), schema=f.collect_schema()
    ),
    lambda z, f: f.cache().pipe(lambda frame: frame.with_columns(z.expression(frame).alias(z.name()))),
    lambda z, f: f.with_columns(pl.col(z.pick(f, pl.Int64)).alias(z.name())),
    lambda z, f: f.with_columns(
        **{z.name(): pl.col("key").filter(z.truth(f)).sum()},
        **{z.name(): z.number(f).over("g", mapping_strategy="join").list.len()},
    ),
    lambda z, f: f.select(
        pl.col("key").filter(z.truth(f)).sort(), pl.lit("x").alias("g"), z.aggregate(f).alias(z.name())
    ),
    lambda z, f: f.select("key", "g", z.pick(f, pl.Int64)).sql("SELECT *, key * 2 AS twice FROM self WHERE key > 1"),
    _join("inner"),
    _join("left"),
    _join("left", coalesce=False),
    _join("full"),
    _join("full", coalesce=True),
    _join("right"),
    _join("semi"),
    _join("anti"),
    _join_on_others,
    _join_on_others,
    _join_on_expressions,
    _asof,
    _asof,
    _where,
    _concat,
    _concat,
    _collected,
    _by_window,
    _by_window,
    _rolling_expression,
    lambda z, f: f.head(5).join(
        z.b.head(4).select(pl.col(z.pick(z.b)).alias(z.name())), how="cross", maintain_order="left_right"
    ),
]
