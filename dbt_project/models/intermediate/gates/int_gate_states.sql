-- Leaves to a verdict: each leaf's state, the smallest of a conjunct (all of them), the largest of a gate's conjuncts
-- (any of them). Too small a sample has time while the period runs and is not met once it has ended; so has an
-- element's own count that more units may still carry over a floor or a ceiling. What isn't known is unknown, which
-- neither pays nor forfeits.
with compared_leaves as (

    select
        *,
        coalesce(minimum_sample, case when metric_source = 'survey_average' then 1 else 0 end) as wanted_sample,
        metric_source in ('element_units', 'element_attainment') as is_units,
        (comparison = '>=' and measured >= compared_value * measured_of)
        or (comparison = '>' and measured > compared_value * measured_of)
        or (comparison = '<=' and measured <= compared_value * measured_of)
        or (comparison = '<' and measured < compared_value * measured_of) as is_reached
    from {{ ref('int_gate_readings') }}

),

leaf_states as (

    select
        *,
        case
            when not is_known then {{ state_rank('unknown') }}
            when metric_source = 'compliance_items' then items_state_rank
            when is_objective_waived then {{ state_rank('met') }}
            when wanted_sample > 0 and not is_units and sample_count is null then {{ state_rank('unknown') }}
            when sample_count < wanted_sample and is_open then {{ state_rank('too_early') }}
            when sample_count < wanted_sample then {{ state_rank('not_met') }}
            when compared_value is null or measured is null then {{ state_rank('unknown') }}
            when is_units and is_open and is_reached = (comparison in ('<=', '<')) then {{ state_rank('too_early') }}
            when is_reached then {{ state_rank('met') }}
            else {{ state_rank('not_met') }}
        end as leaf_state_rank
    from compared_leaves

),

conjunct_states as (

    select
        *,
        min(leaf_state_rank) over (
            partition by rooftop_id, program_code, element_code, period_code, gate_code, conjunct_number
        ) as conjunct_state_rank
    from leaf_states

)

select
    *,
    max(conjunct_state_rank) over (
        partition by rooftop_id, program_code, element_code, period_code, gate_code
    ) as gate_state_rank
from conjunct_states
