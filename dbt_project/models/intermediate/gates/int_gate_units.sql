-- The units of the elements that gates ask about, and what they are a percentage of.
with questions as (

    select distinct
        rooftop_id,
        program_code,
        period_code,
        metric_code as element_code
    from {{ ref('int_gate_leaves') }}
    where metric_source in ('element_units', 'element_attainment')

)

select
    questions.rooftop_id,
    questions.program_code,
    questions.period_code,
    questions.element_code,
    cast(coalesce(counts.reported_units, 0) as integer) as reported_units,
    targets.target_units,
    targets.is_objective_waived
from questions
inner join {{ ref('int_element_targets') }} as targets
    on
        questions.rooftop_id = targets.rooftop_id
        and questions.program_code = targets.program_code
        and questions.period_code = targets.period_code
        and questions.element_code = targets.element_code
left join {{ ref('int_element_counts') }} as counts
    on
        questions.rooftop_id = counts.rooftop_id
        and questions.program_code = counts.program_code
        and questions.period_code = counts.period_code
        and questions.element_code = counts.element_code
