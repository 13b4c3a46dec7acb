-- The makes of a program under each dealer code of a rooftop: surveys and scores name a make, programs several.
select distinct
    periods.rooftop_id,
    periods.dealer_code,
    periods.program_code,
    periods.program_version,
    lower(program_makes.make) as make_key
from {{ ref('int_enrolled_periods') }} as periods
inner join {{ source('compiled', 'program_makes') }} as program_makes
    on
        periods.program_code = program_makes.program_code
        and periods.program_version = program_makes.program_version
