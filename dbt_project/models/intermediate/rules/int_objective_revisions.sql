-- Every objective announced by the moment of knowledge, once a day of announcement, with the day before the next one.
-- Two versions announced on one day: the feed's later stamp wins, then the later file.
with announcements as (

    select
        *,
        row_number() over (
            partition by oem_code, dealer_code, program_code, element_code, period_code, announced_date
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__objectives') }}
    where announced_date <= {{ known_date() }}

)

select
    oem_code,
    dealer_code,
    program_code,
    element_code,
    period_code,
    objective_units,
    announced_date,
    lead(announced_date) over (
        partition by oem_code, dealer_code, program_code, element_code, period_code
        order by announced_date
    ) as next_announced_date,
    source_file,
    source_row
from announcements
where version_number = 1
