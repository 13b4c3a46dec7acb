-- Leaves to a verdict: each leaf's state, the smallest of a conjunct (all of them), the largest of a gate's conjuncts
-- (any of them). Too small a sample has time while the period runs and is not met once it has ended; what isn't known
-- is unknown, which neither pays nor forfeits.
with leaf_states as (

    select
        *,
        case
            when not is_known then {{ state_rank('unknown') }}
            when metric_source = 'compliance_items' then items_state_rank
            when
                wanted_sample > 0 and sample_count is null
                then {{ state_rank('unknown') }}
            when sample_count < wanted_sample and is_open then {{ state_rank('too_early') }}
            when sample_count < wanted_sample then {{ state_rank('not_met') }}
            when compared_value is null or score is null then {{ state_rank('unknown') }}
            when
                (comparison = '>=' and measured >= compared)
                or (comparison = '>' and measured > compared)
                or (comparison = '<=' and measured <= compared)
                or (comparison = '<' and measured < compared)
                then {{ state_rank('met') }}
            else {{ state_rank('not_met') }}
        end as leaf_state_rank
    from (
        select
            *,
            coalesce(minimum_sample, case when metric_source = 'survey_average' then 1 else 0 end) as wanted_sample,
            case when metric_source = 'survey_average' then score_sum else score end as measured,
            case
                when metric_source = 'survey_average' then compared_value * sample_count
                else compared_value
            end as compared
        from {{ ref('int_gate_readings') }}
    ) as readings

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
