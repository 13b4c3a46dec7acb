-- Which scores and surveys each enrolled period asks for: in its gates, or as what an element is measured by.
select
    rooftop_id,
    dealer_code,
    program_code,
    program_version,
    period_code,
    period_start_date,
    period_end_date,
    metric_code,
    metric_source
from {{ ref('int_gate_leaves') }}
where metric_source in ('csi_score', 'survey_average')
union
select
    enrolled.rooftop_id,
    enrolled.dealer_code,
    enrolled.program_code,
    enrolled.program_version,
    enrolled.period_code,
    enrolled.period_start_date,
    enrolled.period_end_date,
    elements.score_metric_code as metric_code,
    elements.score_metric_source as metric_source
from {{ ref('int_enrolled_periods') }} as enrolled
inner join {{ source('compiled', 'elements') }} as elements
    on
        enrolled.program_code = elements.program_code
        and enrolled.program_version = elements.program_version
where elements.edge_unit = 'score'
