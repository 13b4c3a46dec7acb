-- The OEM's latest list of cars for a dealer code, program and period, up to the as-of date.
with lists as (

    select
        *,
        rank() over (
            partition by oem_code, dealer_code, program_code, period_code
            order by as_of_date desc
        ) as list_number,
        row_number() over (
            partition by oem_code, dealer_code, program_code, period_code, as_of_date, vin
            order by known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__official_units') }}
    where as_of_date <= {{ as_of_date() }}

)

select
    oem_code,
    dealer_code,
    program_code,
    period_code,
    as_of_date as list_date,
    vin,
    is_counted,
    reason,
    source_file,
    source_row
from lists
where list_number = 1 and version_number = 1
