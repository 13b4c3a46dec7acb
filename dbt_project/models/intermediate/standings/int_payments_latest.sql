-- The lines of every statement of payments dated by the as-of date, each statement from the last file that holds it:
-- a statement that is sent again replaces itself whole.
with statements as (

    select
        *,
        rank() over (
            partition by oem_code, dealer_code, statement_number
            order by known_at desc, content_hash desc
        ) as version_number
    from {{ ref('stg_portal__payments') }}
    where statement_date <= {{ as_of_date() }}

)

select
    oem_code,
    dealer_code,
    statement_number,
    statement_date,
    program_code,
    period_code,
    vin,
    units,
    amount,
    source_file,
    source_row
from statements
where version_number = 1
