# %%
import pandas as pd

# %% [markdown]
# ## Towns

# %%
df = pd.read_csv("towns.csv")
regions = df[["town", "region"]].drop_duplicates()

# %% [markdown]
# ## Rents

# %%
df = pd.read_csv("rents.csv")
df = df[df["rent"] > 1]

# %%
merged = pd.merge(df, regions, on="town")

# %%
summary = merged.pivot_table(index="region", values="rent", aggfunc="mean").reset_index()

# %% [raw]
# 3 bronze:regions regions
# 5 bronze:rents df
# 6 silver:rents_merged merged
# 7 gold:rents_summary summary
