# %%
import numpy as np
import pandas as pd

# %% [markdown]
# # Rents of two months

# %%
pieces = []
for month in (1, 2):
    frame = pd.read_csv("rents.csv")
    frame["month"] = month
    pieces.append(frame)
rents = pd.concat(pieces, ignore_index=True)

# %%
by_town = rents.groupby("town")["rent"].sum().reset_index()

# %%
rents["dear"] = rents["rent"] > 2

# %%
x = np.array([1, 2])
x = x.reshape(2, 1)

# %%
x = pd.Series(x[:, 0])
x.head()

# %%
dear = rents[rents["dear"]]
dear = dear.head(100)

# %%
rents["cheap"] = ~rents["dear"]

# %%
cheap = rents[rents["cheap"]].reset_index()

# %%
rents["odd"] = rents["cheap"]

# %%
odd = rents[rents["odd"]].reset_index()

# %% [raw]
# 3 bronze:rents rents
# 4 gold:by_town by_town
# 5 silver:rents_of_two_months rents
# 9 silver:rents_of_two_months_prepared rents
# 11 silver:rents_of_two_months_prepared_2 rents
# 12 silver:odd odd
