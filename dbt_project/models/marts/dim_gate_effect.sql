-- What each gate leaves of an amount when it isn't met.
select distinct
    program_code,
    program_version,
    element_code,
    gate_code,
    effect,
    reduce_to_share
from {{ source('compiled', 'gates') }}
