{#-
Which ladder an element climbs. A ladder depends on its rules and on at most three things of a store: the target, the
base of a cap where that is another, and a tier that units don't decide (a score's, a waived objective's, one earned
back). Their text is its key, so that a ladder is built once and found by equality.
-#}

{#- The key of a ladder, or null where there is none: percent edges without a target, a cap without its base, a score
    that isn't known. `rules` has target_kind, edge_unit, tier_shape and cap_base_kind. -#}
{% macro ladder_key(rules, target_units, cap_base_units, fixed_tier_number) -%}
    case
        when {{ rules }}.cap_base_kind <> {{ rules }}.target_kind and {{ cap_base_units }} is null then null
        when {{ fixed_tier_number }} is null and {{ rules }}.edge_unit = 'score' then null
        when {{ fixed_tier_number }} is null and {{ rules }}.edge_unit = 'pct' and {{ target_units }} is null then null
        when
            {{ fixed_tier_number }} is null
            and {{ rules }}.edge_unit = 'pct'
            and {{ target_units }} = 0
            and {{ rules }}.tier_shape <> 'marginal'
            then null
        else
            coalesce(cast({{ target_units }} as {{ dbt.type_string() }}), 'none')
            || case
                when {{ rules }}.cap_base_kind <> {{ rules }}.target_kind
                    then '/' || cast({{ cap_base_units }} as {{ dbt.type_string() }})
                else ''
            end
            || coalesce('@' || cast({{ fixed_tier_number }} as {{ dbt.type_string() }}), '')
    end
{%- endmacro %}

{#- The base of an element's cap, from its objective and last year's units. -#}
{% macro cap_base_units(rules, objective_units, base_units) -%}
    case {{ rules }}.cap_base_kind
        when 'objective' then {{ objective_units }}
        when 'growth' then {{ base_units }}
    end
{%- endmacro %}
