{#- A unit class is a distinct combination of these seven. Filters are evaluated once per class, outside SQL. -#}
{% macro unit_class_columns() -%}
    {{ return(['make', 'model', 'trim', 'model_year', 'powertrain', 'stock_type', 'sale_type']) }}
{%- endmacro %}

{#- md5 of the seven values joined by '|', nulls as ''. -#}
{% macro unit_class_id(sale_type='sale_type') -%}
    {%- set values = [] -%}
    {%- for column in unit_class_columns() -%}
        {%- set expression = sale_type if column == 'sale_type' else column -%}
        {%- do values.append("coalesce(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "), '')") -%}
    {%- endfor -%}
    {{ dbt.hash(values | join(" || '|' || ")) }}
{%- endmacro %}
