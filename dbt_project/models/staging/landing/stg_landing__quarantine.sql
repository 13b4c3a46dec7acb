-- Rows that could not be read, known by the moment of knowledge.
with quarantined as (

    select * from {{ source('landing', 'quarantine') }}

)

select
    content_hash,
    source_file,
    source_row,
    source_kind,
    vendor_code,
    column_name,
    reason,
    offending_value,
    known_at
from quarantined
where known_at <= {{ known_at() }}
