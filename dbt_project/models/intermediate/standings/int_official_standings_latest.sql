-- The OEM's own latest count of an element for a dealer code and period, up to the as-of date.
with versions as (

    select
        *,
        row_number() over (
            partition by oem_code, dealer_code, program_code, element_code, period_code
            order by as_of_date desc, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__official_standings') }}
    where as_of_date <= {{ as_of_date() }}

)

select
    oem_code,
    dealer_code,
    program_code,
    element_code,
    period_code,
    as_of_date as official_date,
    official_units,
    official_amount,
    source_file,
    source_row
from versions
where version_number = 1
