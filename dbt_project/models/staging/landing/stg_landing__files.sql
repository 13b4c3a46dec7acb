-- Every file event known by the moment of knowledge: landed, set aside, a duplicate, or not recognised.
with files as (

    select * from {{ source('landing', 'files') }}

)

select
    content_hash,
    source_file,
    vendor_code,
    source_kind,
    outcome,
    reason,
    known_at,
    lines_in,
    rows_landed,
    rows_set_aside,
    rows_ignored
from files
where known_at <= {{ known_at() }}
