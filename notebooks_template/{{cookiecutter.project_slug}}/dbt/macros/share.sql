{# How much of a whole its part is, from 0 to 1; null where there is nothing to be a part of #}
{% macro share(part, whole) -%}
    ({{ part }}) / nullif({{ whole }}, 0)
{%- endmacro %}
