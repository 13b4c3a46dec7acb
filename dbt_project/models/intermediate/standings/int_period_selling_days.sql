-- Selling days of each rooftop's periods: in all, over (before the as-of date), and left (that day included).
with periods as (

    select distinct
        rooftop_id,
        period_start_date,
        period_end_date
    from {{ ref('int_enrolled_periods') }}

)

select
    periods.rooftop_id,
    periods.period_start_date,
    periods.period_end_date,
    cast(count(*) as integer) as selling_days_total,
    cast(sum(case when selling_days.date < {{ as_of_date() }} then 1 else 0 end) as integer)
        as selling_days_elapsed,
    cast(sum(case when selling_days.date >= {{ as_of_date() }} then 1 else 0 end) as integer) as selling_days_left
from periods
inner join {{ source('compiled', 'selling_days') }} as selling_days
    on
        periods.rooftop_id = selling_days.rooftop_id
        and selling_days.date between periods.period_start_date and periods.period_end_date
where selling_days.is_selling_day
group by periods.rooftop_id, periods.period_start_date, periods.period_end_date
