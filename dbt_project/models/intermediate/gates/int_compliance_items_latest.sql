-- The latest known version of every training, facility and digital item.
with versions as (

    select
        *,
        row_number() over (
            partition by oem_code, dealer_code, program_code, item_code
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__compliance_items') }}

)

select
    oem_code,
    dealer_code,
    program_code,
    item_code,
    item_type,
    item_name,
    due_date,
    case when completed_date <= {{ as_of_date() }} then completed_date end as completed_date,
    source_file,
    source_row
from versions
where version_number = 1
