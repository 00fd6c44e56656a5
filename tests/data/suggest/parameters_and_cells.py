# %%
import polars as pl

# %% tags=["parameters"]
least = 1

# %% tags=["bronze:rents"]
rents = pl.read_csv("rents.csv")

# %% [markdown]
# ### Dear rents (>= least)

# %%
d = rents.filter(pl.col("rent") >= least)

# %%
d = d.with_columns(pl.col("rent") * 2).sort("town", "rent")

# %%
out = d.group_by("town").len().sort("town")
out.write_parquet("out.parquet")

# %% [raw]
# 5 6 silver:dear_rents d
# 7 gold:dear_rents_summary out
