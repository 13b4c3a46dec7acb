-- The latest known version of every recall campaign of a car, opened by the as-of date.
with versions as (

    select
        *,
        row_number() over (
            partition by oem_code, vin, campaign_code
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__recalls') }}
    where opened_date <= {{ as_of_date() }}

)

select
    oem_code,
    vin,
    campaign_code,
    opened_date,
    remedied_date
from versions
where version_number = 1
