{#-
What engines spell differently and dbt has no macro for. A second engine adds its own `<engine>__name`.
Everything else in models is plain SQL or a macro of dbt's.
-#}
{% macro type_moment() -%}
    {{ return(adapter.dispatch("type_moment")()) }}
{%- endmacro %}

{% macro default__type_moment() -%}
    timestamp with time zone
{%- endmacro %}

{#- The local date of a moment in a time zone. -#}
{% macro local_date(time_zone, moment) -%}
    {{ return(adapter.dispatch("local_date")(time_zone, moment)) }}
{%- endmacro %}

{% macro default__local_date(time_zone, moment) -%}
    cast(timezone({{ time_zone }}, {{ moment }}) as date)
{%- endmacro %}

{#- The number of whole quarters of an hour since 1970 UTC. -#}
{% macro quarter_hour_number(moment) -%}
    {{ return(adapter.dispatch("quarter_hour_number")(moment)) }}
{%- endmacro %}

{% macro duckdb__quarter_hour_number(moment) -%}
    (epoch_ms({{ moment }}) // 900000)
{%- endmacro %}

{% macro default__quarter_hour_number(moment) -%}
    cast(floor(extract(epoch from {{ moment }}) / 900) as bigint)
{%- endmacro %}

{#- numerator / denominator for two integer expressions, rounded half up to a whole number, exactly. The numerator
    must not be negative (units and dollars aren't), the denominator must be positive. -#}
{% macro divided_half_up(numerator, denominator) -%}
    {{ return(adapter.dispatch("divided_half_up")(numerator, denominator)) }}
{%- endmacro %}

{% macro duckdb__divided_half_up(numerator, denominator) -%}
    ((2 * cast({{ numerator }} as hugeint) + ({{ denominator }})) // (2 * cast({{ denominator }} as hugeint)))
{%- endmacro %}

{% macro default__divided_half_up(numerator, denominator) -%}
    div(2 * cast({{ numerator }} as numeric) + ({{ denominator }}), 2 * cast({{ denominator }} as numeric))
{%- endmacro %}

{#- An integer type wide enough for a dollar amount with 14 decimals times a number of units. -#}
{% macro type_wide_int() -%}
    {{ return(adapter.dispatch("type_wide_int")()) }}
{%- endmacro %}

{% macro duckdb__type_wide_int() -%}
    hugeint
{%- endmacro %}

{% macro default__type_wide_int() -%}
    numeric
{%- endmacro %}

{#- numerator / denominator, as for divided_half_up, rounded to a whole number by the rule in a column: up, down, or
    nearest (a half up). -#}
{% macro divided_by_rule(numerator, denominator, rounding) -%}
    case {{ rounding }}
        when 'down' then {{ divided_down(numerator, denominator) }}
        when 'up' then {{ divided_down("(" ~ numerator ~ ") + (" ~ denominator ~ ") - 1", denominator) }}
        else {{ divided_half_up("(" ~ numerator ~ ")", denominator) }}
    end
{%- endmacro %}

{#- numerator / denominator, as for divided_half_up, without what is left over. -#}
{% macro divided_down(numerator, denominator) -%}
    {{ return(adapter.dispatch("divided_down")(numerator, denominator)) }}
{%- endmacro %}

{% macro duckdb__divided_down(numerator, denominator) -%}
    (cast({{ numerator }} as hugeint) // ({{ denominator }}))
{%- endmacro %}

{% macro default__divided_down(numerator, denominator) -%}
    div(cast({{ numerator }} as numeric), {{ denominator }})
{%- endmacro %}

{#- Ten to a small whole power, as a whole number. -#}
{% macro power_of_ten(places) -%}
    cast(power(10, {{ places }}) as integer)
{%- endmacro %}
