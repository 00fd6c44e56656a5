# %% [markdown]
# # Everything at once

# %%
import pandas as pd
rents = pd.read_csv("rents.csv")
rents = rents.dropna()
means = rents.groupby("town", as_index=False)["rent"].mean()
means

# %% [raw]
# 2 bronze:means means
