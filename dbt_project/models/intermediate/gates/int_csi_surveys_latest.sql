-- The latest known version of every survey answered by the as-of date.
with versions as (

    select
        *,
        row_number() over (
            partition by dealer_code, lower(make), survey_id
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_csi__surveys') }}

)

select
    dealer_code,
    lower(make) as make_key,
    survey_id,
    survey_date,
    score
from versions
where version_number = 1 and survey_date <= {{ as_of_date() }}
