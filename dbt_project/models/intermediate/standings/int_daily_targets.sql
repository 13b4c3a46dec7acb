-- The target of each element on each day of a recent period: an objective from the day it was announced to the day
-- before its revision; last year's units, scores and waivers are today's.
with recent_elements as (

    select
        elements.rooftop_id,
        elements.oem_code,
        elements.dealer_code,
        elements.program_code,
        elements.program_version,
        elements.period_code,
        elements.period_start_date,
        elements.period_end_date,
        elements.element_code,
        elements.target_kind,
        elements.edge_unit,
        elements.tier_shape,
        elements.cap_base_kind,
        elements.is_paid_by_line,
        targets.base_units,
        targets.fixed_tier_number
    from {{ ref('int_enrolled_elements') }} as elements
    inner join {{ ref('int_element_targets') }} as targets
        on
            elements.rooftop_id = targets.rooftop_id
            and elements.program_code = targets.program_code
            and elements.period_code = targets.period_code
            and elements.element_code = targets.element_code
    where
        elements.period_end_date
        > cast({{ dbt.dateadd("day", -1 * var("standing_daily_days"), as_of_date()) }} as date)

),

element_days as (

    select
        recent_elements.*,
        days.date_day
    from {{ ref('int_days') }} as days
    inner join recent_elements
        on days.date_day between recent_elements.period_start_date and recent_elements.period_end_date

),

daily_targets as (

    select
        element_days.*,
        case when element_days.target_kind = 'objective' then objectives.objective_units end as objective_units,
        case element_days.target_kind
            when 'objective' then objectives.objective_units
            when 'growth' then element_days.base_units
        end as target_units,
        {{ cap_base_units("element_days", "objectives.objective_units", "element_days.base_units") }}
            as cap_base_units
    from element_days
    left join {{ ref('int_objective_revisions') }} as objectives
        on
            element_days.oem_code = objectives.oem_code
            and element_days.dealer_code = objectives.dealer_code
            and element_days.program_code = objectives.program_code
            and element_days.element_code = objectives.element_code
            and element_days.period_code = objectives.period_code
            and element_days.date_day >= objectives.announced_date
            and element_days.date_day < {{ until("objectives.next_announced_date") }}

)

select
    rooftop_id,
    program_code,
    program_version,
    period_code,
    element_code,
    date_day,
    is_paid_by_line,
    objective_units,
    target_units,
    cap_base_units,
    fixed_tier_number,
    {{ ladder_key("daily_targets", "target_units", "cap_base_units", "fixed_tier_number") }} as ladder_key
from daily_targets
