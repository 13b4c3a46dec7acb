{#-
The arithmetic of a standing, each step once. Ladders, gates and deductions come in as columns; `programs` holds
the same in Python, and a property test holds the two equal.
-#}

{#- A fractional number of units to whole ones, by the rule stated in a column: up, down, or nearest (a half up). -#}
{% macro rounded_units(exact, rounding) -%}
    cast(
        case {{ rounding }}
            when 'down' then floor({{ exact }})
            when 'nearest' then floor({{ exact }} + 0.5)
            else ceil({{ exact }})
        end as integer
    )
{%- endmacro %}

{#- An expression that is zero where it would be negative, and null where it is null (greatest skips nulls). -#}
{% macro at_least_zero(expression) -%}
    case when {{ expression }} < 0 then 0 else {{ expression }} end
{%- endmacro %}

{#- What a ladder segment pays, exact to eight decimals. -#}
{% macro segment_amount(segment, paid_units, paid_msrp_amount) -%}
    cast(
        {{ segment }}.fixed_amount
        + {{ segment }}.amount_per_unit
        * greatest({{ paid_units }} - {{ segment }}.paid_offset_units, 0)
        + {{ segment }}.msrp_share * cast({{ paid_msrp_amount }} as decimal(14, 2))
        as decimal(24, 8)
    )
{%- endmacro %}

{#- What one unit of a pay group is paid by one tier, exact to eight decimals. -#}
{% macro unit_pay(pays, msrp_amount) -%}
    least(
        cast({{ pays }}.amount_per_unit + {{ pays }}.msrp_share * {{ msrp_amount }} as decimal(24, 8)),
        cast(coalesce({{ pays }}.amount_at_most_per_unit, 999999999999.99) as decimal(24, 8))
    )
{%- endmacro %}

{#- An exact amount times a kept share (six decimals) times left_units / of_units, rounded half up to the cent once. -#}
{% macro rounded_amount(exact_amount, kept_share="1", left_units="1", of_units="1") -%}
    cast(
        cast(
            {{ divided_half_up(
                "cast(" ~ at_least_zero(exact_amount) ~ " * 100000000 as " ~ type_wide_int() ~ ")"
                ~ " * cast((" ~ kept_share ~ ") * 1000000 as " ~ type_wide_int() ~ ")"
                ~ " * (" ~ left_units ~ ")",
                "cast(" ~ of_units ~ " as " ~ type_wide_int() ~ ") * 1000000000000"
            ) }} as decimal(38, 0)
        ) * 0.01 as decimal(14, 2)
    )
{%- endmacro %}

{#- Of the delivered units of an element that deducts the share with an open recall: those without one. With
    delivered_units_or_one it makes a share, which is one where nothing is deducted or nothing is delivered. -#}
{% macro unrecalled_units(facts, delivered_units, open_recall_units) -%}
    case
        when {{ facts }}.has_open_recall_deduction and {{ delivered_units }} > 0
            then greatest({{ delivered_units }} - ({{ open_recall_units }}), 0)
        else 1
    end
{%- endmacro %}

{% macro delivered_units_or_one(facts, delivered_units) -%}
    case
        when {{ facts }}.has_open_recall_deduction and {{ delivered_units }} > 0 then {{ delivered_units }}
        else 1
    end
{%- endmacro %}

{#- Units as a percentage of a target, to four decimals; null without a target. An objective of one unit makes
    percentages beyond what the column holds, so they stop at its largest value. -#}
{% macro attainment_pct(units, target_units) -%}
    case
        when {{ target_units }} > 0
            then cast(
                least(
                    cast(
                        {{ divided_half_up(
                            "cast(" ~ at_least_zero(units) ~ " as " ~ type_wide_int() ~ ") * 1000000", target_units
                        ) }} as decimal(38, 0)
                    ) * 0.0001, 99999.9999
                ) as decimal(9, 4)
            )
    end
{%- endmacro %}

{#- The smaller of a program's caps (`periods.cap_amount`, `periods.cap_msrp_share` of a paid MSRP), to the cent. -#}
{% macro program_cap(paid_msrp_amount) -%}
    least(
        coalesce(periods.cap_amount, 999999999999.99),
        coalesce(
            {{ rounded_amount(
                "cast(" ~ paid_msrp_amount ~ " as decimal(14, 2))", "periods.cap_msrp_share"
            ) }}, 999999999999.99
        )
    )
{%- endmacro %}

{#- What is left of a program's cap for an amount after the amounts that come before it. -#}
{% macro kept_under_cap(amount, amount_before, cap_amount) -%}
    cast(
        least({{ amount }}, greatest(coalesce({{ cap_amount }} - {{ amount_before }}, {{ amount }}), 0))
        as decimal(14, 2)
    )
{%- endmacro %}

{#- Units a selling day, to three decimals; null without a day. -#}
{% macro units_per_day(units, days) -%}
    case
        when {{ days }} > 0
            then cast(
                cast(
                    {{ divided_half_up(
                        "cast(" ~ at_least_zero(units) ~ " as " ~ type_wide_int() ~ ") * 1000", days
                    ) }} as decimal(38, 0)
                ) * 0.001 as decimal(12, 3)
            )
    end
{%- endmacro %}
