-- Periods in which something can still be mended, and until when: reports until their deadline (of the last day's sale
-- where sales have their own), else claims until theirs, else (for a while) past the end. The last day shown is never
-- guessed: without a deadline it is the period's end.
with periods as (

    select
        *,
        coalesce(
            {{ report_deadline("report_deadline_date", "report_days_after_sale", "period_end_date") }},
            claim_deadline_date
        ) as deadline_date
    from {{ ref('int_enrolled_periods') }}

)

select
    rooftop_id,
    oem_code,
    dealer_code,
    program_code,
    program_version,
    program_name,
    period_code,
    period_start_date,
    period_end_date,
    is_open,
    bulletin_number,
    report_days_after_sale,
    coalesce(deadline_date, period_end_date) as last_day_date
from periods
where
    deadline_date >= {{ as_of_date() }}
    or (
        deadline_date is null
        and period_end_date >= cast({{ dbt.dateadd("day", -1 * var("gap_look_back_days"), as_of_date()) }} as date)
    )
