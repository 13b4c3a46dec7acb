{{ config(materialized='view', tags=['settled']) }}
-- Ended periods whose money no statement has paid in full. A dealer code without any statement up to the period's end
-- is left out: nothing is known of its payments.
with first_statements as (

    select
        oem_code,
        dealer_code,
        min(statement_date) as first_statement_date
    from {{ ref('int_payments_latest') }}
    group by oem_code, dealer_code

),

unpaid as (

    select
        standings.*,
        periods.claim_deadline_date,
        standings.amount_earned - standings.paid_by_statement_amount as unpaid_amount,
        {{ dbt.datediff("standings.period_end_date", as_of_date(), "day") }} as days_since_end
    from {{ ref('fct_program_standing') }} as standings
    inner join {{ ref('int_enrolled_periods') }} as periods
        on
            standings.rooftop_id = periods.rooftop_id
            and standings.program_code = periods.program_code
            and standings.period_code = periods.period_code
    inner join first_statements
        on
            periods.oem_code = first_statements.oem_code
            and periods.dealer_code = first_statements.dealer_code
            and periods.period_end_date >= first_statements.first_statement_date
    where
        not standings.is_open
        and periods.pays_money
        and standings.amount_earned > standings.paid_by_statement_amount

)

select
    'earned_not_paid' as gap_code,
    rooftop_id,
    program_code,
    period_code,
    'statement' as gap_key,
    case
        when days_since_end > {{ var('unpaid_critical_days') }} then 'critical'
        when days_since_end > {{ var('unpaid_warning_days') }} then 'warning'
        else 'info'
    end as severity,
    program_name || ' ' || period_code || ': ' || unpaid_amount || ' earned and not paid' as title,
    'Ended ' || days_since_end || ' days ago. Over {{ var("unpaid_warning_days") }} days is trouble; over '
    || '{{ var("unpaid_critical_days") }} many OEMs no longer research it.' as detail,
    cast(unpaid_amount as decimal(14, 2)) as amount_at_risk,
    coalesce(
        claim_deadline_date,
        cast({{ dbt.dateadd("day", var("unpaid_critical_days"), "period_end_date") }} as date)
    ) as last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    'Earned ' || amount_earned || ', paid by statements ' || paid_by_statement_amount as evidence_text,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_row
from unpaid
