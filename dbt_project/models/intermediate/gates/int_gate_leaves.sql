-- Every condition of every gate for each enrolled element and period. A gate of the whole program stands for each
-- of its elements.
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
    gates.item_type,
    gates.due,
    gates.effect,
    gates.reduce_to_share
from {{ ref('int_enrolled_elements') }} as elements
inner join gates
    on
        elements.program_code = gates.program_code
        and elements.program_version = gates.program_version
        and elements.element_code = coalesce(gates.element_code, elements.element_code)
