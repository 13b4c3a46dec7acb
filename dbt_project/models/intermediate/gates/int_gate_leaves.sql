-- Every condition of every gate for each enrolled element and period. A gate of the whole program stands for each
-- of its elements. In a period that the rules waive it in, a gate is shown and costs nothing.
with gates as (

    select * from {{ source('compiled', 'gates') }}

)

select
    elements.rooftop_id,
    elements.oem_code,
    elements.dealer_code,
    elements.program_code,
    elements.program_version,
    elements.period_code,
    elements.period_start_date,
    elements.period_end_date,
    elements.is_open,
    elements.element_code,
    gates.element_code is null as is_program_gate,
    gates.gate_code,
    gates.gate_name,
    gates.conjunct_number,
    gates.leaf_number,
    gates.metric_code,
    gates.metric_source,
    gates.comparison,
    gates.threshold_kind,
    gates.threshold_value,
    gates.minimum_sample,
    case when gates.item_code is null then gates.item_type end as item_type,
    gates.item_code,
    gates.due,
    gates.within_days,
    case when waivers.gate_code is null then gates.effect else 'waive' end as effect,
    case when waivers.gate_code is null then gates.reduce_to_share end as reduce_to_share
from {{ ref('int_enrolled_elements') }} as elements
inner join gates
    on
        elements.program_code = gates.program_code
        and elements.program_version = gates.program_version
        and elements.element_code = coalesce(gates.element_code, elements.element_code)
left join {{ source('compiled', 'waivers') }} as waivers
    on
        elements.program_code = waivers.program_code
        and elements.program_version = waivers.program_version
        and elements.period_code = waivers.period_code
        and gates.gate_code = waivers.gate_code
        and coalesce(gates.element_code, '') = coalesce(waivers.element_code, '')
