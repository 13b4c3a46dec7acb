{#- How urgent a gap is that can still be mended: by the days left to its last day. -#}
{% macro gap_severity(last_day_date) -%}
    case
        when {{ dbt.datediff(as_of_date(), last_day_date, "day") }} <= {{ var('gap_critical_days') }} then 'critical'
        else 'warning'
    end
{%- endmacro %}
