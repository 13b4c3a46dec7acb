-- What each element is measured against: the objective in force, last year's units, or nothing.
with current_objectives as (

    select * from {{ ref('int_objective_revisions') }}
    where next_announced_date is null

)

select
    elements.rooftop_id,
    elements.program_code,
    elements.program_version,
    elements.period_code,
    elements.element_code,
    case when elements.target_kind = 'objective' then objectives.objective_units end as objective_units,
    base_units.base_units,
    case elements.target_kind
        when 'objective' then objectives.objective_units
        when 'growth' then base_units.base_units
    end as target_units
from {{ ref('int_enrolled_elements') }} as elements
left join current_objectives as objectives
    on
        elements.oem_code = objectives.oem_code
        and elements.dealer_code = objectives.dealer_code
        and elements.program_code = objectives.program_code
        and elements.element_code = objectives.element_code
        and elements.period_code = objectives.period_code
left join {{ ref('int_base_units') }} as base_units
    on
        elements.rooftop_id = base_units.rooftop_id
        and elements.program_code = base_units.program_code
        and elements.period_code = base_units.period_code
        and elements.element_code = base_units.element_code
