-- What caps and deducts an element's amount: its own cap, its program's caps, whether open recalls are deducted.
with deductions as (

    select distinct
        program_code,
        program_version,
        element_code
    from {{ source('compiled', 'deductions') }}
    where kind = 'open_recall_share'

)

select
    elements.program_code,
    elements.program_version,
    elements.element_code,
    elements.cap_amount,
    programs.cap_amount as program_cap_amount,
    programs.cap_msrp_share as program_cap_msrp_share,
    deductions.element_code is not null as has_open_recall_deduction
from {{ source('compiled', 'elements') }} as elements
inner join {{ source('compiled', 'programs') }} as programs
    on
        elements.program_code = programs.program_code
        and elements.program_version = programs.program_version
left join deductions
    on
        elements.program_code = deductions.program_code
        and elements.program_version = deductions.program_version
        and elements.element_code = deductions.element_code
