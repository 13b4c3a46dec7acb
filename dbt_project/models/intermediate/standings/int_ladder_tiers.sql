-- Each tier of each ladder with its edge in whole units and what it pays from there on. A ladder depends on its rules
-- and its target alone, so it is built once per distinct target and not once per rooftop. `target_key` is the target,
-- or -1 without one. Percent edges without a target make no ladder, and neither does an objective of 0; a base of 0
-- does where tiers are marginal, as every unit is above it.
with targets as (

    select
        program_code,
        program_version,
        element_code,
        target_units
    from {{ ref('int_element_targets') }}
    union
    select
        program_code,
        program_version,
        element_code,
        target_units
    from {{ ref('int_daily_targets') }}

),

tiers as (

    select
        targets.program_code,
        targets.program_version,
        targets.element_code,
        targets.target_units,
        coalesce(targets.target_units, -1) as target_key,
        elements.edge_unit,
        elements.edge_rounding,
        elements.tier_shape,
        elements.tier_choice,
        element_tiers.tier_number,
        element_tiers.from_edge,
        element_tiers.amount_per_unit,
        element_tiers.amount_flat,
        element_tiers.msrp_share,
        case
            when elements.edge_unit = 'pct'
                then
                    cast(targets.target_units as decimal(9, 0))
                    * cast(element_tiers.from_edge as decimal(18, 6))
                    * 0.01
            else cast(element_tiers.from_edge as decimal(18, 6))
        end as edge_exact,
        case
            when elements.cap_base_share is not null
                then greatest(
                    coalesce(elements.cap_base_minimum_units, 0),
                    {{ rounded_units(
                        "cast(elements.cap_base_share as decimal(9, 6)) * coalesce(targets.target_units, 0)",
                        "elements.cap_base_rounding"
                    ) }}
                )
            else elements.cap_units
        end as cap_units
    from targets
    inner join {{ source('compiled', 'elements') }} as elements
        on
            targets.program_code = elements.program_code
            and targets.program_version = elements.program_version
            and targets.element_code = elements.element_code
    inner join {{ source('compiled', 'element_tiers') }} as element_tiers
        on
            targets.program_code = element_tiers.program_code
            and targets.program_version = element_tiers.program_version
            and targets.element_code = element_tiers.element_code
    where
        elements.edge_unit <> 'pct'
        or targets.target_units > 0
        or (targets.target_units = 0 and elements.tier_shape = 'marginal')

),

edged_tiers as (

    select
        *,
        {{ rounded_units("edge_exact", "edge_rounding") }} as from_units
    from tiers

),

following_tiers as (

    select
        *,
        lead(from_units) over (
            partition by program_code, program_version, element_code, target_key
            order by tier_number
        ) as to_units
    from edged_tiers

)

select
    program_code,
    program_version,
    element_code,
    target_key,
    tier_number,
    tier_shape,
    from_units,
    to_units,
    cap_units,
    case when edge_unit = 'pct' then from_edge end as edge_pct,
    edge_exact,
    case
        when tier_shape = 'marginal'
            then coalesce(
                sum(amount_per_unit * (to_units - from_units)) over (
                    partition by program_code, program_version, element_code, target_key
                    order by tier_number
                    rows between unbounded preceding and 1 preceding
                ), 0
            )
        when tier_choice = 'added'
            then sum(amount_flat) over (
                partition by program_code, program_version, element_code, target_key
                order by tier_number
                rows between unbounded preceding and current row
            )
        else amount_flat
    end as fixed_amount,
    case
        when tier_shape <> 'marginal' and tier_choice = 'added'
            then sum(amount_per_unit) over (
                partition by program_code, program_version, element_code, target_key
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
                partition by program_code, program_version, element_code, target_key
                order by tier_number
                rows between unbounded preceding and current row
            )
        else msrp_share
    end as msrp_share
from following_tiers
