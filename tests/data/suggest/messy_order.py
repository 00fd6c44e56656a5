# %%
import pandas as pd
import warnings
warnings.filterwarnings("ignore")

# %%
data = pd.read_csv("rents.csv")
data.columns

# %%
data.shape

# %%
temp = data[data["rent"] > 1]
temp

# %%
x = 5
data["band"] = data["rent"] // x

# %%
# tried this before, not needed
# data = data.drop(columns="band")

# %%
result = data.groupby("band").agg({"rent": "sum"}).reset_index()

# %%
result["share"] = result["rent"] / result["rent"].sum()
print(result)

# %% [raw]
# 2 bronze:rents data
# 5 silver:rents_prepared data
# 7 8 gold:messy_order_result result
