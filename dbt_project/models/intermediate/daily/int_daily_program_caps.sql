-- A program's cap at the end of each day, for programs that have one: a share of MSRP grows with the cars paid so far,
-- each car once whatever number of elements pay it.
with capped_days as (

    select distinct
        targets.rooftop_id,
        targets.program_code,
        targets.period_code,
        targets.date_day,
        periods.cap_amount,
        periods.cap_msrp_share
    from {{ ref('int_daily_targets') }} as targets
    inner join {{ ref('int_enrolled_periods') }} as periods
        on
            targets.rooftop_id = periods.rooftop_id
            and targets.program_code = periods.program_code
            and targets.period_code = periods.period_code
    where periods.cap_amount is not null or periods.cap_msrp_share is not null

),

paid_changes as (

    select
        events.rooftop_id,
        events.program_code,
        events.period_code,
        events.date_day,
        sum(events.msrp_change) as msrp_change
    from {{ ref('int_daily_events') }} as events
    inner join {{ ref('int_class_memberships') }} as classes
        on
            events.unit_class_id = classes.unit_class_id
            and events.program_code = classes.program_code
            and events.program_version = classes.program_version
    where classes.is_paid
    group by events.rooftop_id, events.program_code, events.period_code, events.date_day

),

periods as (

    select
        capped_days.*,
        sum(coalesce(paid_changes.msrp_change, 0)) over (
            partition by capped_days.rooftop_id, capped_days.program_code, capped_days.period_code
            order by capped_days.date_day
            rows between unbounded preceding and current row
        ) as paid_msrp_amount
    from capped_days
    left join paid_changes
        on
            capped_days.rooftop_id = paid_changes.rooftop_id
            and capped_days.program_code = paid_changes.program_code
            and capped_days.period_code = paid_changes.period_code
            and capped_days.date_day = paid_changes.date_day

)

select
    rooftop_id,
    program_code,
    period_code,
    date_day,
    {{ program_cap("paid_msrp_amount") }} as cap_amount
from periods
