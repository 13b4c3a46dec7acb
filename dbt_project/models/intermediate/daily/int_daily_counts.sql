-- Each element's counts at the end of each day of a recent period.
with changes as (

    select
        events.rooftop_id,
        events.program_code,
        events.period_code,
        memberships.element_code,
        events.date_day,
        sum(case when memberships.is_counted then events.reported_change else 0 end) as reported_change,
        sum(case when memberships.is_counted then events.pending_change else 0 end) as pending_change,
        sum(case when memberships.is_paid then events.reported_change else 0 end) as paid_change,
        sum(case when memberships.is_paid then events.msrp_change else 0 end) as msrp_change
    from {{ ref('int_daily_events') }} as events
    inner join {{ source('compiled', 'memberships') }} as memberships
        on
            events.unit_class_id = memberships.unit_class_id
            and events.program_code = memberships.program_code
            and events.program_version = memberships.program_version
    where memberships.is_counted or memberships.is_paid
    group by
        events.rooftop_id, events.program_code, events.period_code, memberships.element_code, events.date_day

)

select
    targets.*,
    cast(sum(coalesce(changes.reported_change, 0)) over (
        partition by targets.rooftop_id, targets.program_code, targets.period_code, targets.element_code
        order by targets.date_day
        rows between unbounded preceding and current row
    ) as integer) as reported_units,
    cast(sum(coalesce(changes.pending_change, 0)) over (
        partition by targets.rooftop_id, targets.program_code, targets.period_code, targets.element_code
        order by targets.date_day
        rows between unbounded preceding and current row
    ) as integer) as pending_units,
    cast(sum(coalesce(changes.paid_change, 0)) over (
        partition by targets.rooftop_id, targets.program_code, targets.period_code, targets.element_code
        order by targets.date_day
        rows between unbounded preceding and current row
    ) as integer) as paid_units,
    cast(sum(coalesce(changes.msrp_change, 0)) over (
        partition by targets.rooftop_id, targets.program_code, targets.period_code, targets.element_code
        order by targets.date_day
        rows between unbounded preceding and current row
    ) as decimal(14, 2)) as paid_msrp_amount
from {{ ref('int_daily_targets') }} as targets
left join changes
    on
        targets.rooftop_id = changes.rooftop_id
        and targets.program_code = changes.program_code
        and targets.period_code = changes.period_code
        and targets.element_code = changes.element_code
        and targets.date_day = changes.date_day
