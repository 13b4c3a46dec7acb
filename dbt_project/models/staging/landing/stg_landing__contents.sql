-- One row per content that landed, under the name and moment it was first known by. The same bytes may come
-- under several names and in any order; the earliest moment, then the name, decides, so the order of landing
-- never shows.
with arrivals as (

    select
        content_hash,
        source_kind,
        source_file,
        known_at,
        row_number() over (
            partition by content_hash, source_kind
            order by known_at, source_file
        ) as arrival_number
    from {{ ref('stg_landing__files') }}
    where outcome in ('landed', 'duplicate')

)

select
    content_hash,
    source_kind,
    source_file,
    known_at
from arrivals
where arrival_number = 1
