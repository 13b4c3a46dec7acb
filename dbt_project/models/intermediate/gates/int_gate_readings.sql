-- What is known for each leaf: a score or an average of surveys with its sample and averages, or items done and to do.
with leaves as (

    select * from {{ ref('int_gate_leaves') }}

),

item_readings as (

    select
        rooftop_id,
        program_code,
        period_code,
        item_type,
        due,
        sum(case when is_of_period then 1 else 0 end) as item_count,
        sum(case when is_of_period and completed_date is not null then 1 else 0 end) as completed_count,
        coalesce(
            min(case when is_of_period then item_state_rank end), {{ state_rank('met') }}
        ) as items_state_rank,
        max(completed_date) as last_completed_date,
        min(source_file) as source_file
    from {{ ref('int_gate_items') }}
    group by rooftop_id, program_code, period_code, item_type, due

)

select
    leaves.*,
    surveys.score_sum,
    case leaves.metric_source
        when 'survey_average' then surveys.survey_count
        when 'compliance_items' then item_readings.item_count
        else scores.sample_count
    end as sample_count,
    case
        when leaves.metric_source = 'csi_score' then scores.score
        when leaves.metric_source = 'survey_average' and surveys.survey_count > 0
            then cast(
                cast(
                    {{ divided_half_up("surveys.score_sum * 1000", "surveys.survey_count") }} as decimal(18, 0)
                ) * 0.001 as decimal(9, 3)
            )
        when leaves.metric_source = 'compliance_items' and item_readings.item_count > 0
            then cast(
                cast(
                    {{ divided_half_up("item_readings.completed_count * 100000", "item_readings.item_count") }}
                    as decimal(18, 0)
                ) * 0.001 as decimal(9, 3)
            )
    end as score,
    case leaves.metric_source
        when 'survey_average' then surveys.last_survey_date
        when 'compliance_items' then item_readings.last_completed_date
        else scores.score_date
    end as score_date,
    case leaves.threshold_kind
        when 'region_average' then scores.region_average
        when 'national_average' then scores.national_average
        else leaves.threshold_value
    end as compared_value,
    case leaves.metric_source
        when 'survey_average' then true
        when 'compliance_items' then item_readings.items_state_rank is not null
        else scores.score is not null
    end as is_known,
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
        and leaves.item_type = item_readings.item_type
        and leaves.due = item_readings.due
        and leaves.metric_source = 'compliance_items'
