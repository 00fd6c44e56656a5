# %%
import polars as pl

# %% [markdown]
# # Sources

# %%
rents = pl.read_csv("rents.csv")

# %%
towns = pl.read_csv("towns.csv")
print(towns.shape)

# %% [markdown]
# # Joining

# %%
LEAST = 2

def dear(frame, least):
    return frame.filter(pl.col("rent") >= least)

# %%
joined = dear(rents, LEAST).join(towns, on="town", how="left")

# %%
joined.describe()

# %%
counts = joined.group_by("region").agg(pl.len().alias("n")).sort("region")
counts.write_csv("counts.csv")

# %% [raw]
# 3 bronze:rents rents
# 4 bronze:towns towns
# 7 silver:joining joined
# 9 gold:counts counts
