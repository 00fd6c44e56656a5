# %%
import pandas as pd

# %% [markdown]
# # 1. Trees planted

# %%
trees = pd.DataFrame({"street": ["a", "b", "b"], "trees": [1, 2, 3]})
trees

# %%
trees.describe()

# %%
per_street = trees.groupby("street")["trees"].sum()

# %%
per_street.to_frame().reset_index()

# %% [raw]
# 3 bronze:trees trees
