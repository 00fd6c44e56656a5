"""Steps with the option `engine: dbt`: a `%%sql` cell becomes a model of the project's dbt folder, not a module.

    plan -> modelled (reading) -> render_model, beside (rendering) -> proven and written as any step is

dbt itself is needed where a model is proven, and nowhere here: an extra, see `platform_core.dbt`.
"""
