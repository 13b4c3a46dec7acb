-- The latest known version of every score published by the as-of date.
with versions as (

    select
        *,
        row_number() over (
            partition by dealer_code, lower(make), metric_code, period_start_date, score_date
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_csi__scores') }}
    where score_date <= {{ as_of_date() }}

)

select
    dealer_code,
    lower(make) as make_key,
    metric_code,
    period_start_date,
    score_date,
    score,
    sample_count,
    region_average,
    national_average,
    source_file,
    source_row
from versions
where version_number = 1
