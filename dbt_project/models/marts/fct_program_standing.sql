{{ config(tags=['settled']) }}
-- Every rooftop × program × period enrolled, one row each, settled: each period alone, and what rules over several
-- periods or between programs change of it.
with standings as (

    select * from {{ ref('int_program_standings') }}

),

settled as (

    select * from {{ source('settled', 'settled_periods') }}

)

select
    standings.rooftop_id,
    standings.program_code,
    standings.period_code,
    standings.dealer_code,
    standings.program_version,
    standings.program_name,
    standings.period_start_date,
    standings.period_end_date,
    standings.period_grain,
    standings.is_open,
    standings.headline_element_code,
    standings.reported_units,
    standings.pending_units,
    standings.official_units,
    standings.objective_units,
    standings.base_units,
    standings.attainment_pct,
    standings.tier_number,
    standings.tier_count,
    standings.next_tier_number,
    standings.units_to_next_tier,
    standings.amount_before_gates,
    standings.amount_deducted,
    standings.amount_forfeited,
    cast(standings.amount_held + coalesce(settled.adjusted_held_amount, 0) as decimal(14, 2)) as amount_held,
    standings.amount_capped,
    cast(standings.amount_earned + coalesce(settled.adjusted_earned_amount, 0) as decimal(14, 2)) as amount_earned,
    cast(
        coalesce(settled.adjusted_earned_amount + settled.adjusted_held_amount, 0) as decimal(14, 2)
    ) as amount_adjusted,
    cast(
        standings.amount_with_pending + coalesce(settled.adjusted_with_pending_amount, 0) as decimal(14, 2)
    ) as amount_with_pending,
    standings.worth_of_next_tier_amount,
    standings.gate_state,
    standings.gates_met_count,
    standings.gates_count,
    standings.gate_summary,
    standings.selling_days_total,
    standings.selling_days_elapsed,
    standings.selling_days_left,
    standings.units_per_selling_day,
    standings.needed_units_per_selling_day,
    standings.paid_by_statement_amount,
    standings.standing_state,
    standings.bulletin_number
from standings
left join settled
    on
        standings.rooftop_id = settled.rooftop_id
        and standings.program_code = settled.program_code
        and standings.period_code = settled.period_code
