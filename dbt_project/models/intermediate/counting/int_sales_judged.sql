{{ config(materialized='view') }}
-- What becomes of each sale in a program and period, taken alone: the first reason that applies, in this order. Whether
-- another sale of the same car takes its place is asked next.
with sales as (

    select
        sales_in_periods.*,
        {{ report_deadline(
            "sales_in_periods.report_deadline_date",
            "sales_in_periods.report_days_after_sale",
            "sales_in_periods.rdr_counting_date"
        ) }} as last_report_date
    from {{ ref('int_sales_in_periods') }} as sales_in_periods

),

judged as (

    select
        *,
        case
            when not (is_class_counted or is_class_paid) then class_reason_code
            when not coalesce(is_vin_valid, false) then 'vin_invalid'
            when
                rdr_status = 'unwound'
                and (unwind_lands = 'sale_period' or unwound_date <= period_end_date)
                then 'unwound'
            when rdr_status in ('accepted', 'unwound') and accepted_date > last_report_date
                then 'reported_too_late'
            when rdr_status in ('accepted', 'unwound') then 'counted'
            when other_dealer_code is not null then 'counted_under_other_code'
            when {{ as_of_date() }} > last_report_date then 'reported_too_late'
            when rdr_status = 'submitted' then 'pending_rdr_submitted'
            when rdr_status = 'rejected' then 'rdr_rejected'
            else 'pending_not_reported'
        end as verdict_code
    from sales

)

select
    *,
    case
        when verdict_code = 'counted' then 'reported'
        when
            verdict_code in ('pending_not_reported', 'pending_rdr_submitted', 'rdr_rejected') and is_delivered
            then 'pending'
        else 'not_counted'
    end as verdict_state
from judged
