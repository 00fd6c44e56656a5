# %% [markdown]
# # Rents and regions

# %%
from functools import partial

import pandas as pd

# %%
load_csv = partial(pd.read_csv, sep=",")

# %% [markdown]
# ## Sources

# %%
rents_df = load_csv("rents.csv")
rents_df.head()

# %%
lookup = load_csv("towns.csv")
lookup.columns

# %% [markdown]
# ## Join everything up and then look at what is left over

# %%
parts = [rents_df.dropna(), lookup]
both = parts[0].merge(parts[1], on="town")

# %%
means = both.groupby("region").rent.mean()
final_df = means.reset_index()
final_df

# %% [raw]
# 5 bronze:rents rents_df
# 6 bronze:lookup lookup
# 8 silver:both both
# 9 gold:rents_and_regions final_df
