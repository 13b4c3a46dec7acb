{{ config(tags=['settled']) }}
-- What costs money if nobody acts: with the dollars, the last day and the evidence; and patterns that an auditor asks
-- about, which carry no amount.
with gaps as (

    select * from {{ ref('int_gaps_unreported') }}
    union all
    select * from {{ ref('int_gaps_gates') }}
    union all
    select * from {{ ref('int_gaps_items') }}
    union all
    select * from {{ ref('int_gaps_official') }}
    union all
    select * from {{ ref('int_gaps_unpaid') }}
    union all
    select * from {{ ref('int_gaps_feeds') }}
    union all
    select * from {{ ref('int_gaps_unwinds') }}
    union all
    select * from {{ ref('int_gaps_loaners') }}

)

select
    {{ dbt.hash(
        "gap_code || '|' || rooftop_id || '|' || coalesce(program_code, '') || '|'"
        ~ " || coalesce(period_code, '') || '|' || gap_key"
    ) }} as gap_id,
    rooftop_id,
    program_code,
    period_code,
    gap_code,
    severity,
    title,
    detail,
    amount_at_risk,
    last_day_date,
    cast({{ dbt.datediff(as_of_date(), "last_day_date", "day") }} as integer) as days_left,
    vin,
    item_code,
    evidence_text,
    source_file,
    source_row
from gaps
