{#- The four states of a gate, ordered so that AND is the smallest and OR the largest. This is their one ranking. -#}
{% macro state_rank(state_code) -%}
    {{ {'not_met': 0, 'unknown': 1, 'too_early': 2, 'met': 3}[state_code] }}
{%- endmacro %}

{% macro state_code(rank) -%}
    case {{ rank }} when 0 then 'not_met' when 1 then 'unknown' when 2 then 'too_early' when 3 then 'met' end
{%- endmacro %}
