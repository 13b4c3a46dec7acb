-- What moved the counts of a recent period, by day and class: a car counts from its counting date, a sale unwound since
-- until the day of the unwind, also where the car was sold again in the period, an unwind that lands here takes a unit
-- back on its day, and a pending car stands from its delivery.
with recent_units as (

    select
        *,
        count_state = 'reported'
        or (reason_code = 'unwound' and reversed_units = 0 and unwound_date > counting_date) as was_reported
    from {{ ref('fct_counted_unit') }}
    where
        period_end_date > cast({{ dbt.dateadd("day", -1 * var("standing_daily_days"), as_of_date()) }} as date)
        and (count_state in ('reported', 'pending') or reason_code = 'unwound')

),

arrivals as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        counting_date as date_day,
        case when was_reported then 1 else 0 end as reported_change,
        case when count_state = 'pending' then 1 else 0 end as pending_change,
        case when was_reported then coalesce(msrp_amount, 0) else 0 end as msrp_change
    from recent_units
    where was_reported or count_state = 'pending'

),

unwinds as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        unwound_date as date_day,
        -1 as reported_change,
        0 as pending_change,
        -1 * coalesce(msrp_amount, 0) as msrp_change
    from recent_units
    where was_reported and count_state <> 'reported'

),

landed_unwinds as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        reversed_unit_class_id as unit_class_id,
        reversed_date as date_day,
        -1 * reversed_units as reported_change,
        0 as pending_change,
        -1 * reversed_msrp_amount as msrp_change
    from recent_units
    where reversed_units > 0

),

-- The table of cars keeps the sale that stands; here the one that it replaced counts until its unwind.
replaced_sales as (

    select judged.*
    from {{ ref('int_sales_judged') }} as judged
    inner join {{ ref('int_sales_ranked') }} as ranked
        on
            judged.program_code = ranked.program_code
            and judged.rooftop_id = ranked.rooftop_id
            and judged.period_code = ranked.period_code
            and judged.sale_id = ranked.sale_id
    where
        ranked.period_rank > 1
        and judged.verdict_code = 'unwound'
        and judged.unwound_date > judged.counting_date
        and judged.period_end_date
        > cast({{ dbt.dateadd("day", -1 * var("standing_daily_days"), as_of_date()) }} as date)

),

replaced_arrivals as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        counting_date as date_day,
        1 as reported_change,
        0 as pending_change,
        coalesce(msrp_amount, 0) as msrp_change
    from replaced_sales

),

replaced_unwinds as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        unwound_date as date_day,
        -1 as reported_change,
        0 as pending_change,
        -1 * coalesce(msrp_amount, 0) as msrp_change
    from replaced_sales

),

events as (

    select * from arrivals
    union all
    select * from replaced_arrivals
    union all
    select * from replaced_unwinds
    union all
    select * from unwinds
    union all
    select * from landed_unwinds

)

select
    rooftop_id,
    program_code,
    program_version,
    period_code,
    unit_class_id,
    date_day,
    sum(reported_change) as reported_change,
    sum(pending_change) as pending_change,
    sum(msrp_change) as msrp_change
from events
group by rooftop_id, program_code, program_version, period_code, unit_class_id, date_day
