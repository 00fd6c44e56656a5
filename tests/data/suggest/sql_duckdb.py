# %%
import duckdb
import polars as pl

# %%
rents = pl.read_csv("rents.csv")

# %% [markdown]
# ## Dear rents

# %%
dear = duckdb.sql("SELECT town, rent FROM rents WHERE rent > 1 ORDER BY town, rent").pl()

# %%
duckdb.sql("SELECT count(*) FROM dear")

# %%
per_town = duckdb.sql("SELECT town, sum(rent) AS total FROM dear GROUP BY town ORDER BY town").pl()
per_town

# %% [raw]
# 2 bronze:rents rents
# 4 silver:dear dear
# 6 gold:per_town per_town
