-- The target of each element on each day of a recent period: an objective from the day it was announced to the day
-- before its revision; last year's units don't move.
with recent_elements as (

    select * from {{ ref('int_enrolled_elements') }}
    where
        period_end_date > cast({{ dbt.dateadd("day", -1 * var("standing_daily_days"), as_of_date()) }} as date)

),

element_days as (

    select
        recent_elements.rooftop_id,
        recent_elements.oem_code,
        recent_elements.dealer_code,
        recent_elements.program_code,
        recent_elements.program_version,
        recent_elements.period_code,
        recent_elements.element_code,
        recent_elements.target_kind,
        days.date_day
    from {{ ref('int_days') }} as days
    inner join recent_elements
        on days.date_day between recent_elements.period_start_date and recent_elements.period_end_date

)

select
    element_days.rooftop_id,
    element_days.program_code,
    element_days.program_version,
    element_days.period_code,
    element_days.element_code,
    element_days.date_day,
    case when element_days.target_kind = 'objective' then objectives.objective_units end as objective_units,
    case element_days.target_kind
        when 'objective' then objectives.objective_units
        when 'growth' then base_units.base_units
    end as target_units
from element_days
left join {{ ref('int_objective_revisions') }} as objectives
    on
        element_days.oem_code = objectives.oem_code
        and element_days.dealer_code = objectives.dealer_code
        and element_days.program_code = objectives.program_code
        and element_days.element_code = objectives.element_code
        and element_days.period_code = objectives.period_code
        and element_days.date_day >= objectives.announced_date
        and element_days.date_day < coalesce(objectives.next_announced_date, cast('9999-12-31' as date))
left join {{ ref('int_base_units') }} as base_units
    on
        element_days.rooftop_id = base_units.rooftop_id
        and element_days.program_code = base_units.program_code
        and element_days.period_code = base_units.period_code
        and element_days.element_code = base_units.element_code
