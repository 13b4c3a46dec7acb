-- Each tier of each ladder with its edge in whole units and what it pays from there on. A ladder depends on its rules
-- and its target alone, so it is built once per distinct target and not once per rooftop. Where something else than
-- units decides the tier, that tier alone stands here, from 0 units on.
with tiers as (

    select
        keys.program_code,
        keys.program_version,
        keys.element_code,
        keys.ladder_key,
        keys.fixed_tier_number,
        elements.edge_unit,
        elements.edge_rounding,
        elements.tier_shape,
        elements.tier_choice,
        coalesce(elements.is_paid_by_line, false) as is_paid_by_line,
        element_tiers.tier_number,
        element_tiers.from_edge,
        element_tiers.amount_flat,
        coalesce(element_tiers.amount_per_unit, 0) as amount_per_unit,
        coalesce(element_tiers.msrp_share, 0) as msrp_share,
        case
            when keys.fixed_tier_number is not null then null
            when elements.edge_unit = 'pct'
                then
                    cast(keys.target_units as decimal(9, 0))
                    * cast(element_tiers.from_edge as decimal(18, 6))
                    * 0.01
            else cast(element_tiers.from_edge as decimal(18, 6))
        end as edge_exact,
        case
            when elements.cap_base_share is not null
                then greatest(
                    coalesce(elements.cap_base_minimum_units, 0),
                    {{ rounded_units(
                        "cast(elements.cap_base_share as decimal(9, 6)) * coalesce("
                        ~ "case when elements.cap_base_kind <> elements.target_kind then keys.cap_base_units"
                        ~ " else keys.target_units end, 0)",
                        "elements.cap_base_rounding"
                    ) }}
                )
            else elements.cap_units
        end as cap_units
    from {{ ref('int_ladder_keys') }} as keys
    inner join {{ source('compiled', 'elements') }} as elements
        on
            keys.program_code = elements.program_code
            and keys.program_version = elements.program_version
            and keys.element_code = elements.element_code
    inner join {{ source('compiled', 'element_tiers') }} as element_tiers
        on
            keys.program_code = element_tiers.program_code
            and keys.program_version = element_tiers.program_version
            and keys.element_code = element_tiers.element_code

),

edged_tiers as (

    select
        *,
        coalesce({{ rounded_units("edge_exact", "edge_rounding") }}, 0) as from_units
    from tiers

),

following_tiers as (

    select
        *,
        case
            when fixed_tier_number is null
                then lead(from_units) over (
                    partition by program_code, program_version, element_code, ladder_key
                    order by tier_number
                )
        end as to_units
    from edged_tiers

),

paying_tiers as (

    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        fixed_tier_number,
        tier_number,
        tier_shape,
        is_paid_by_line,
        from_units,
        to_units,
        cap_units,
        case when edge_unit = 'pct' and fixed_tier_number is null then from_edge end as edge_pct,
        edge_exact,
        case
            when tier_shape = 'marginal'
                then coalesce(
                    sum(amount_per_unit * (to_units - from_units)) over (
                        partition by program_code, program_version, element_code, ladder_key
                        order by tier_number
                        rows between unbounded preceding and 1 preceding
                    ), 0
                )
            when tier_choice = 'added'
                then sum(amount_flat) over (
                    partition by program_code, program_version, element_code, ladder_key
                    order by tier_number
                    rows between unbounded preceding and current row
                )
            else amount_flat
        end as fixed_amount,
        case
            when tier_shape <> 'marginal' and tier_choice = 'added'
                then sum(amount_per_unit) over (
                    partition by program_code, program_version, element_code, ladder_key
                    order by tier_number
                    rows between unbounded preceding and current row
                )
            else amount_per_unit
        end as amount_per_unit,
        case when tier_shape = 'marginal' then from_units else 0 end as paid_offset_units,
        case
            when tier_shape = 'marginal' then 0
            when tier_choice = 'added'
                then sum(msrp_share) over (
                    partition by program_code, program_version, element_code, ladder_key
                    order by tier_number
                    rows between unbounded preceding and current row
                )
            else msrp_share
        end as msrp_share
    from following_tiers

)

select * from paying_tiers
where fixed_tier_number is null or tier_number = fixed_tier_number
