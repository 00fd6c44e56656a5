# %% [markdown]
# # Rents of towns
#
# ## Load the data

# %%
import pandas as pd

# %%
df = pd.read_csv("rents.csv")
df.head()

# %%
df.info()

# %% [markdown]
# ## Tidy up the rents

# %%
df = df.dropna(subset=["rent"])
df["yearly"] = df["rent"] * 12

# %%
df["town"] = df["town"].str.strip()

# %%
assert (df["rent"] > 0).all()

# %% [markdown]
# ## Mean rent by town

# %%
by_town = df.groupby("town", as_index=False).agg({"yearly": "mean"})
by_town

# %%
by_town.sort_values("yearly").head(3)

# %% [raw]
# 3 bronze:rents df
# 6 7 silver:tidy_up_the_rents df check 8
# 10 gold:by_town by_town
