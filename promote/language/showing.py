"""Which calls only show, draw or write something: the tables by which displays are told and left out."""

from __future__ import annotations

# How methods begin that only write elsewhere, log or show: called for their effect alone they change no variable.
PURE_EFFECTS = ("to_", "write_", "sink_", "print", "show", "save", "log", "info", "debug", "warning", "error", "plot")

# Methods of frames and series that change nothing: called for their value alone they show something.
DISPLAY_METHODS = frozenset(
    """head tail describe info sample plot hist boxplot value_counts nunique unique isna isnull notna notnull any all
    sum mean median std var min max count corr cov groupby group_by filter select query sort_values sort_index sort
    rename assign drop drop_duplicates dropna fillna merge join pivot pivot_table melt explode astype agg aggregate
    transform apply map applymap pipe iloc loc explain show glimpse collect collect_schema schema null_count n_unique
    to_pandas to_dicts to_dict to_list tolist with_columns limit fetch estimated_size is_duplicated duplicated
    nlargest nsmallest copy clone to_numpy T style interactive properties encode mark_line mark_bar mark_point
    describe_option memory_usage keys values items quantile mode round rank cumsum pct_change between isin idxmax
    idxmin crosstab reset_index set_index to_string to_markdown to_html df pl fetchdf fetchall fetchone arrow top_k
    bottom_k item row rows columns dtypes shape index get count_values size first last ngroups slice height width
    lower upper strip split format startswith""".split()
)

# Methods of frames that give what they draw, and how methods begin that write or show a drawing and leave it as it is.
DRAWING_METHODS = frozenset(("plot", "hist", "boxplot"))
WRITING_METHODS = ("to_", "write_", "save", "show", "get_", "print", "info")

# Modules whose calls draw: a statement that only draws is dropped from a step.
PLOTTING_MODULES = frozenset("matplotlib seaborn altair plotly bokeh plotnine hvplot holoviews folium".split())

# Modules whose options change what is shown and never what is computed.
HARMLESS_MODULES = PLOTTING_MODULES | frozenset("warnings logging IPython ipywidgets tqdm rich itables".split())

# What plotting modules give besides drawings: example data, a new frame each time.
_DATA = ("seaborn.load_dataset", "seaborn.get_dataset_names", "plotly.data.", "plotly.express.data.")


def is_drawing(name: str) -> bool:
    """Whether a function, by its dotted path, makes or changes a drawing.

    >>> [is_drawing(name) for name in ("seaborn.lineplot", "seaborn.load_dataset", "plotly.express.data.tips", "len")]
    [True, False, False, False]
    """
    return name.partition(".")[0] in PLOTTING_MODULES and not name.startswith(_DATA)
