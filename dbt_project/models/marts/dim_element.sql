-- The elements of every known program version.
select
    elements.program_code,
    elements.program_version,
    elements.element_code,
    elements.element_name,
    elements.element_order,
    elements.target_kind,
    elements.tier_shape,
    elements.is_volume,
    elements.counts_equal_pays
from {{ source('compiled', 'elements') }} as elements
inner join {{ ref('dim_program') }} as programs
    on
        elements.program_code = programs.program_code
        and elements.program_version = programs.program_version
