{{ config(materialized='view') }}
-- Bursts of loaner and demo codes in the last days of a period: many at once, and many times what the store codes in a
-- usual month. Pointed out, not judged: a new loaner fleet looks the same.
with period_ends as (

    select distinct
        rooftop_id,
        period_end_date,
        cast({{ dbt.dateadd("day", -1 * var("pattern_loaner_days"), "period_end_date") }} as date)
            as day_before_window
    from {{ ref('int_enrolled_periods') }}
    where period_end_date > cast({{ dbt.dateadd("day", -1 * var("pattern_look_back_days"), as_of_date()) }} as date)

),

loaners as (

    select
        rooftop_id,
        vin,
        rdr_counting_date,
        source_file
    from {{ ref('int_sales') }}
    where sale_type in ('loaner', 'demo')

),

bursts as (

    select
        period_ends.rooftop_id,
        period_ends.period_end_date,
        sum(case when loaners.rdr_counting_date > period_ends.day_before_window then 1 else 0 end) as loaner_count,
        sum(case when loaners.rdr_counting_date <= period_ends.day_before_window then 1 else 0 end) as earlier_count,
        {{ dbt.listagg(
            "case when loaners.rdr_counting_date > period_ends.day_before_window then loaners.vin end",
            "', '",
            "order by loaners.vin"
        ) }} as vins,
        max(case when loaners.rdr_counting_date > period_ends.day_before_window then loaners.source_file end)
            as source_file
    from period_ends
    inner join loaners
        on
            period_ends.rooftop_id = loaners.rooftop_id
            and loaners.rdr_counting_date <= period_ends.period_end_date
            and loaners.rdr_counting_date
            > cast({{ dbt.dateadd("month", -6, "period_ends.day_before_window") }} as date)
    group by period_ends.rooftop_id, period_ends.period_end_date

)

select
    'loaner_burst' as gap_code,
    rooftop_id,
    cast(null as varchar) as program_code,
    cast(null as varchar) as period_code,
    cast(period_end_date as varchar) as gap_key,
    'warning' as severity,
    loaner_count || ' loaner codes in the last days to ' || period_end_date as title,
    'Cars coded as loaners in a burst at a period''s end are a pattern that an auditor looks for. Have the loaner '
    || 'agreements at hand.' as detail,
    cast(0 as decimal(14, 2)) as amount_at_risk,
    cast(null as date) as last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    earlier_count || ' in the six months before. VINs ' || vins || '.' as evidence_text,
    source_file,
    cast(null as bigint) as source_row
from bursts
where
    loaner_count >= {{ var('pattern_loaner_count') }}
    and 6 * loaner_count >= {{ var('pattern_loaner_times') }} * earlier_count
