-- What the pending cars of each element are worth together, and each one's even share. They often make a tier only
-- together, so one alone may be worth nothing and all of them a tier; even shares, rounded so that they add up to the
-- whole, keep a list of gaps adding up.
with pending_units as (

    select
        units.rooftop_id,
        units.program_code,
        units.period_code,
        units.vin,
        memberships.element_code,
        row_number() over (
            partition by units.rooftop_id, units.program_code, units.period_code, memberships.element_code
            order by units.counting_date, units.vin
        ) as unit_number,
        count(*) over (
            partition by units.rooftop_id, units.program_code, units.period_code, memberships.element_code
        ) as unit_count
    from {{ ref('fct_counted_unit') }} as units
    inner join {{ source('compiled', 'memberships') }} as memberships
        on
            units.unit_class_id = memberships.unit_class_id
            and units.program_code = memberships.program_code
            and units.program_version = memberships.program_version
    where
        units.count_state = 'pending'
        and (memberships.is_counted or memberships.is_paid)

),

element_worths as (

    select
        rooftop_id,
        program_code,
        period_code,
        element_code,
        greatest(amount_with_pending - amount_earned - amount_held, 0) as pending_amount
    from {{ ref('fct_element_standing') }}

)

select
    pending_units.rooftop_id,
    pending_units.program_code,
    pending_units.period_code,
    pending_units.vin,
    max(pending_units.unit_count) as pending_count,
    sum(element_worths.pending_amount) as pending_amount,
    sum(
        cast(
            cast(
                {{ divided_half_up(
                    "element_worths.pending_amount * 100 * pending_units.unit_number", "pending_units.unit_count"
                ) }}
                - {{ divided_half_up(
                    "element_worths.pending_amount * 100 * (pending_units.unit_number - 1)", "pending_units.unit_count"
                ) }} as decimal(18, 0)
            ) * 0.01 as decimal(14, 2)
        )
    ) as amount_at_risk
from pending_units
inner join element_worths
    on
        pending_units.rooftop_id = element_worths.rooftop_id
        and pending_units.program_code = element_worths.program_code
        and pending_units.period_code = element_worths.period_code
        and pending_units.element_code = element_worths.element_code
group by
    pending_units.rooftop_id, pending_units.program_code, pending_units.period_code, pending_units.vin
