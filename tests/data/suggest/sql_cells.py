# %%
# %load_ext sql
# %config SqlMagic.autopolars = True
# %sql duckdb://

# %%
import polars as pl

rents = pl.read_csv("rents.csv")

# %%
# %%sql dear <<
# SELECT town, rent
# FROM rents
# WHERE rent > 1
# ORDER BY town, rent

# %%
# %%sql
# SELECT count(*) FROM dear

# %%
top = dear.group_by("town").len().sort("town")
top

# %% [raw]
# 2 bronze:rents rents
# 3 silver:dear dear
# 5 gold:top top
