-- All gates of an element together: what they leave of an amount (the smallest share; they don't compound), whether
-- it must wait, and their state. A gate that the OEM waives is shown and costs nothing.
with gates as (

    select distinct
        rooftop_id,
        program_code,
        element_code,
        period_code,
        gate_code,
        gate_state_rank,
        effect,
        reduce_to_share
    from {{ ref('int_gate_states') }}

)

select
    rooftop_id,
    program_code,
    element_code,
    period_code,
    min(gate_state_rank) as gate_state_rank,
    min(
        case
            when gate_state_rank > {{ state_rank('not_met') }} or effect = 'waive' then 1
            when effect = 'reduce' then coalesce(reduce_to_share, 0)
            else 0
        end
    ) as kept_share,
    max(
        case
            when gate_state_rank in ({{ state_rank('unknown') }}, {{ state_rank('too_early') }}) and effect <> 'waive'
                then 1
            else 0
        end
    ) = 1 as is_held,
    max(
        case
            when gate_state_rank > {{ state_rank('not_met') }} then 0
            when effect = 'forfeit' then 3
            when effect = 'reduce' then 2
            else 1
        end
    ) as effect_rank
from gates
group by rooftop_id, program_code, element_code, period_code
