-- What is known for each leaf: a score or an average of surveys with its sample and averages, items done and to do, the
-- share of timely reports, or an element's own units. What is measured stays a quotient, `measured` over
-- `measured_of`, so that a comparison with a threshold is exact.
with leaves as (

    select * from {{ ref('int_gate_leaves') }}

),

item_readings as (

    select
        rooftop_id,
        program_code,
        period_code,
        item_key,
        due,
        sum(case when is_of_period then 1 else 0 end) as item_count,
        sum(case when is_of_period and completed_date is not null then 1 else 0 end) as completed_count,
        coalesce(
            min(case when is_of_period then item_state_rank end), {{ state_rank('met') }}
        ) as items_state_rank,
        max(completed_date) as last_completed_date,
        min(source_file) as source_file
    from {{ ref('int_gate_items') }}
    group by rooftop_id, program_code, period_code, item_key, due

),

readings as (

    select
        leaves.*,
        case leaves.metric_source
            when 'survey_average' then surveys.survey_count
            when 'compliance_items' then item_readings.item_count
            when 'rdr_timeliness' then reports.unit_count
            when 'csi_score' then scores.sample_count
        end as sample_count,
        case leaves.metric_source
            when 'survey_average' then cast(surveys.score_sum as decimal(18, 3))
            when 'compliance_items' then cast(item_readings.completed_count * 100 as decimal(18, 3))
            when 'rdr_timeliness' then cast(reports.timely_count * 100 as decimal(18, 3))
            when 'csi_score' then cast(scores.score as decimal(18, 3))
            when 'element_units' then cast(units.reported_units as decimal(18, 3))
            when 'element_attainment' then cast(units.reported_units * 100 as decimal(18, 3))
        end as measured,
        cast(
            case leaves.metric_source
                when 'survey_average' then surveys.survey_count
                when 'compliance_items' then item_readings.item_count
                when 'rdr_timeliness' then reports.unit_count
                when 'element_attainment' then units.target_units
                else 1
            end as integer
        ) as measured_of,
        case leaves.metric_source
            when 'survey_average' then surveys.last_survey_date
            when 'compliance_items' then item_readings.last_completed_date
            when 'rdr_timeliness' then reports.last_accepted_date
            when 'csi_score' then scores.score_date
        end as score_date,
        case leaves.threshold_kind
            when 'region_average' then scores.region_average
            when 'national_average' then scores.national_average
            else leaves.threshold_value
        end as compared_value,
        case leaves.metric_source
            when 'survey_average' then true
            when 'compliance_items' then item_readings.items_state_rank is not null
            when 'rdr_timeliness' then reports.unit_count is not null
            when 'element_units' then true
            when 'element_attainment' then coalesce(units.target_units > 0, false) or units.is_objective_waived
            else scores.score is not null
        end as is_known,
        leaves.metric_source = 'element_attainment' and units.is_objective_waived as is_objective_waived,
        item_readings.items_state_rank,
        item_readings.completed_count,
        case leaves.metric_source
            when 'csi_score' then scores.source_file
            when 'compliance_items' then item_readings.source_file
        end as source_file,
        case when leaves.metric_source = 'csi_score' then scores.source_row end as source_row
    from leaves
    left join {{ ref('int_gate_scores') }} as scores
        on
            leaves.rooftop_id = scores.rooftop_id
            and leaves.program_code = scores.program_code
            and leaves.period_code = scores.period_code
            and leaves.metric_code = scores.metric_code
            and leaves.metric_source in ('csi_score', 'survey_average')
    left join {{ ref('int_gate_surveys') }} as surveys
        on
            leaves.rooftop_id = surveys.rooftop_id
            and leaves.program_code = surveys.program_code
            and leaves.period_code = surveys.period_code
            and leaves.metric_source = 'survey_average'
    left join item_readings
        on
            leaves.rooftop_id = item_readings.rooftop_id
            and leaves.program_code = item_readings.program_code
            and leaves.period_code = item_readings.period_code
            and coalesce(leaves.item_code, leaves.item_type) = item_readings.item_key
            and leaves.due = item_readings.due
            and leaves.metric_source = 'compliance_items'
    left join {{ ref('int_gate_reports') }} as reports
        on
            leaves.rooftop_id = reports.rooftop_id
            and leaves.program_code = reports.program_code
            and leaves.period_code = reports.period_code
            and leaves.within_days = reports.within_days
            and leaves.metric_source = 'rdr_timeliness'
    left join {{ ref('int_gate_units') }} as units
        on
            leaves.rooftop_id = units.rooftop_id
            and leaves.program_code = units.program_code
            and leaves.period_code = units.period_code
            and leaves.metric_code = units.element_code
            and leaves.metric_source in ('element_units', 'element_attainment')

)

select
    *,
    case
        when measured_of > 0 and measured is not null
            then cast(
                least(
                    cast(
                        {{ divided_half_up(at_least_zero("measured") ~ " * 1000", "measured_of") }} as decimal(18, 0)
                    ) * 0.001, 999999.999
                ) as decimal(9, 3)
            )
    end as score
from readings
