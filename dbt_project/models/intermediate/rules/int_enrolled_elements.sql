-- Every rooftop × program × period × element enrolled: the frame that every standing fills, row for row.
with elements as (

    select * from {{ source('compiled', 'elements') }}

),

recall_deductions as (

    select distinct
        program_code,
        program_version,
        element_code
    from {{ source('compiled', 'deductions') }}
    where kind = 'open_recall_share'

)

select
    periods.*,
    elements.element_code,
    elements.element_name,
    elements.element_order,
    elements.target_kind,
    elements.edge_unit,
    elements.tier_shape,
    elements.cap_base_kind,
    coalesce(elements.is_paid_by_line, false) as is_paid_by_line,
    elements.counts_equal_pays,
    elements.is_volume,
    elements.cap_amount as element_cap_amount,
    recall_deductions.element_code is not null as has_open_recall_deduction,
    waivers.element_code is not null as is_objective_waived,
    case when waivers.element_code is not null then elements.waived_tier_number end as waived_tier_number
from {{ ref('int_enrolled_periods') }} as periods
inner join elements
    on
        periods.program_code = elements.program_code
        and periods.program_version = elements.program_version
left join recall_deductions
    on
        elements.program_code = recall_deductions.program_code
        and elements.program_version = recall_deductions.program_version
        and elements.element_code = recall_deductions.element_code
left join {{ source('compiled', 'waivers') }} as waivers
    on
        periods.program_code = waivers.program_code
        and periods.program_version = waivers.program_version
        and periods.period_code = waivers.period_code
        and elements.element_code = waivers.element_code
        and waivers.gate_code is null
