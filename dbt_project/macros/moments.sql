{#-
The two moments of a build. They are vars without a default: while parsing they may be missing (a manifest
needs none), while running a missing one is a compiler error.
-#}
{% macro required_var(name) -%}
    {%- set value = var(name, none) -%}
    {%- if value is none and execute -%}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' is missing: give as_of_at, known_at (ISO moments with offset) and as_of_date"
            ~ " (ISO date), for example --vars '{as_of_at: \"2025-08-15T07:00:00-05:00\", known_at:"
            ~ " \"2025-08-15T07:00:00-05:00\", as_of_date: \"2025-08-15\"}'"
        ) }}
    {%- endif -%}
    {{ return(value | default('1970-01-01', true) | string) }}
{%- endmacro %}

{#- The moment of knowledge. -#}
{% macro known_at() -%}
    cast('{{ required_var("known_at") }}' as {{ type_moment() }})
{%- endmacro %}

{#- Its local date: the moment is given in the group's time zone, so the date is the one it is written with. -#}
{% macro known_date() -%}
    cast('{{ required_var("known_at")[:10] }}' as date)
{%- endmacro %}

{#- The local date of the moment asked about. Days before it are over; it is still to be sold. -#}
{% macro as_of_date() -%}
    cast('{{ required_var("as_of_date") }}' as date)
{%- endmacro %}

{#- The moment asked about. -#}
{% macro as_of_at() -%}
    cast('{{ required_var("as_of_at") }}' as {{ type_moment() }})
{%- endmacro %}

{#- The last day on which a sale's report counts: the period's deadline or so many days after the sale, whichever comes
first; null without either. -#}
{% macro report_deadline(period_deadline, days_after_sale, sale_date) -%}
    {%- set own_deadline = "cast(" ~ dbt.dateadd("day", days_after_sale, sale_date) ~ " as date)" -%}
    least(coalesce({{ period_deadline }}, {{ own_deadline }}), coalesce({{ own_deadline }}, {{ period_deadline }}))
{%- endmacro %}

{#- A span's first and last day, where null means since ever and without an end. The stand-ins are dates, not the other
side of a comparison, so that engines can join by them. -#}
{% macro since(first_date) -%}
    coalesce({{ first_date }}, cast('0001-01-01' as date))
{%- endmacro %}

{% macro until(last_date) -%}
    coalesce({{ last_date }}, cast('9999-12-31' as date))
{%- endmacro %}
