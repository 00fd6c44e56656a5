# %% [markdown]
# # Types

# %%
import pandas as pd

# %%
df = pd.read_csv("rents.csv")

# %%
df.dtypes

# %%
def tidied(text):
    return text.strip().upper()

# %%
df["town"].apply(tidied)

# %%
df["town"] = df["town"].apply(tidied)

# %%
df["rent"] = df["rent"].fillna(0)

# %%
df

# %%
again = pd.read_csv("rents.csv", converters={"town": str.strip})

# %%
again

# %% [raw]
# 7 8 bronze:types df
# 10 bronze:again again
