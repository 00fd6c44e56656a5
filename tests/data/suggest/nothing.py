# %%
import math

# %%
x = [math.sqrt(n) for n in range(10)]
sum(x)

# %% [raw]
# nothing
