# %%
import pandas as pd

# %%
df1 = pd.read_csv("rents.csv")
df2 = pd.read_csv("rents.csv")
df = pd.concat([df1, df2], ignore_index=True)

# %%
per_town = df.groupby("town")["rent"].sum().reset_index()

# %%
df["rent"] = df["rent"].fillna(0)
dearest = df.groupby("town")["rent"].max().reset_index()
dearest["dear"] = dearest["rent"] > 2

# %%
for part in ("rents.csv", "towns.csv"):
    one = pd.read_csv(part)
    print(one.shape)

# %% [raw]
# 2 bronze:rents df
# 3 gold:per_town per_town
# 4 gold:dearest dearest
