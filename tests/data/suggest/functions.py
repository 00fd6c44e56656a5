# %%
import pandas as pd

# %%
def load(path):
    frame = pd.read_csv(path)
    return frame

def tidy(frame):
    out = frame.copy()
    out["rent"] = out["rent"].clip(lower=2)
    return out

def by_town(frame):
    return frame.groupby("town").rent.mean().reset_index()

# %%
raw = load("rents.csv")

# %%
tidied = tidy(raw)

# %%
means = by_town(tidied)
means

# %% [raw]
# 3 bronze:rents raw
# 4 silver:tidied tidied
# 5 gold:means means
