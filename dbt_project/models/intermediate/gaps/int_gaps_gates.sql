{{ config(materialized='view') }}
-- Gates of open periods that take or hold money: a score under its threshold, or too few surveys. One line a gate and
-- metric; the money is that of every element the gate stands before.
with open_leaves as (

    select
        states.*,
        standings.amount_forfeited + standings.amount_held as gated_amount
    from {{ ref('int_gate_states') }} as states
    inner join {{ ref('fct_element_standing') }} as standings
        on
            states.rooftop_id = standings.rooftop_id
            and states.program_code = standings.program_code
            and states.element_code = standings.element_code
            and states.period_code = standings.period_code
    where
        states.is_open
        and states.effect <> 'waive'
        and states.metric_source in ('csi_score', 'survey_average')
        and states.gate_state_rank < {{ state_rank('met') }}
        and states.leaf_state_rank < {{ state_rank('met') }}
        and states.is_known

),

gap_leaves as (

    select
        *,
        case when sample_count < wanted_sample then 'gate_short_of_surveys' else 'gate_below' end as gap_code
    from open_leaves

),

gap_gates as (

    select
        gap_code,
        rooftop_id,
        program_code,
        period_code,
        gate_code,
        metric_code,
        metric_source,
        min(gate_name) as gate_name,
        min(period_end_date) as last_day_date,
        max(score) as score,
        max(cast(sample_count as integer)) as sample_count,
        max(wanted_sample) as wanted_sample,
        min(comparison) as comparison,
        min(cast(compared_value as decimal(9, 3))) as compared_value,
        max(score_date) as score_date,
        sum(case when leaf_order = 1 then gated_amount else 0 end) as amount_at_risk,
        max(source_file) as source_file,
        max(source_row) as source_row
    from (
        select
            *,
            row_number() over (
                partition by
                    gap_code, rooftop_id, program_code, period_code, gate_code, metric_code, metric_source, element_code
                order by conjunct_number, leaf_number
            ) as leaf_order
        from gap_leaves
    ) as ordered_leaves
    group by gap_code, rooftop_id, program_code, period_code, gate_code, metric_code, metric_source

)

select
    gap_code,
    rooftop_id,
    program_code,
    period_code,
    gate_code || '/' || metric_source || '/' || metric_code as gap_key,
    {{ gap_severity("last_day_date") }} as severity,
    case gap_code
        when 'gate_below'
            then
                gate_name || ': ' || metric_code || ' ' || score
                || coalesce(', needs ' || comparison || ' ' || compared_value, ', nothing to compare with')
        else gate_name || ': ' || sample_count || ' of ' || wanted_sample || ' surveys'
    end as title,
    case gap_code
        when 'gate_below' then 'The gate is not met as it stands; what it stands before is lost or reduced.'
        else 'The sample is too small to judge; what the gate stands before is held until it is met.'
    end as detail,
    cast(amount_at_risk as decimal(14, 2)) as amount_at_risk,
    last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    metric_code || coalesce(' ' || score || ' as of ' || score_date, ': none yet')
    || coalesce(', sample ' || sample_count, '') as evidence_text,
    source_file,
    source_row
from gap_gates
