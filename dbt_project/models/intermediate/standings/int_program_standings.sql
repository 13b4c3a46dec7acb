{{ config(materialized='view') }}
-- Every rooftop × program × period enrolled, one row each: the headline element's units and tier, sums of money over
-- elements, gates, and the pace by selling days. Each period alone: rules over several periods or programs come after.
with periods as (

    select * from {{ ref('int_enrolled_periods') }}

),

elements as (

    select
        standings.*,
        row_number() over (
            partition by standings.rooftop_id, standings.program_code, standings.period_code
            order by
                case when compiled_elements.is_volume then 0 else 1 end,
                compiled_elements.element_order,
                standings.element_code
        ) as headline_order
    from {{ ref('fct_element_standing') }} as standings
    inner join {{ source('compiled', 'elements') }} as compiled_elements
        on
            standings.program_code = compiled_elements.program_code
            and standings.program_version = compiled_elements.program_version
            and standings.element_code = compiled_elements.element_code

),

sums as (

    select
        rooftop_id,
        program_code,
        period_code,
        sum(amount_before_gates) as amount_before_gates,
        sum(amount_deducted) as amount_deducted,
        sum(amount_forfeited) as amount_forfeited,
        sum(amount_held) as amount_held,
        sum(amount_capped) as amount_capped,
        sum(amount_earned) as amount_earned,
        sum(amount_with_pending) as amount_with_pending,
        sum(coalesce(worth_of_next_tier_amount, 0)) as worth_of_next_tier_amount
    from elements
    group by rooftop_id, program_code, period_code

),

gates as (

    select
        rooftop_id,
        program_code,
        period_code,
        gate_code,
        min(gate_name) as gate_name,
        min(gate_state_rank) as gate_state_rank
    from {{ ref('int_gate_states') }}
    group by rooftop_id, program_code, period_code, gate_code

),

gate_sums as (

    select
        rooftop_id,
        program_code,
        period_code,
        min(gate_state_rank) as gate_state_rank,
        sum(case when gate_state_rank = {{ state_rank('met') }} then 1 else 0 end) as gates_met_count,
        count(*) as gates_count,
        {{ dbt.listagg(
            "gate_name || ': ' || replace(" ~ state_code("gate_state_rank") ~ ", '_', ' ')", "'; '", "order by gate_code"
        ) }} as gate_summary
    from gates
    group by rooftop_id, program_code, period_code

),

payments as (

    select
        oem_code,
        dealer_code,
        program_code,
        period_code,
        sum(amount) as paid_by_statement_amount
    from {{ ref('int_payments_latest') }}
    group by oem_code, dealer_code, program_code, period_code

)

select
    periods.rooftop_id,
    periods.program_code,
    periods.period_code,
    periods.dealer_code,
    periods.program_version,
    periods.program_name,
    periods.period_start_date,
    periods.period_end_date,
    periods.period_grain,
    periods.is_open,
    headline.element_code as headline_element_code,
    headline.reported_units,
    headline.pending_units,
    headline.official_units,
    headline.objective_units,
    headline.base_units,
    headline.attainment_pct,
    headline.tier_number,
    headline.tier_count,
    headline.next_tier_number,
    headline.units_to_next_tier,
    cast(sums.amount_before_gates as decimal(14, 2)) as amount_before_gates,
    cast(sums.amount_deducted as decimal(14, 2)) as amount_deducted,
    cast(sums.amount_forfeited as decimal(14, 2)) as amount_forfeited,
    cast(sums.amount_held as decimal(14, 2)) as amount_held,
    cast(sums.amount_capped as decimal(14, 2)) as amount_capped,
    cast(sums.amount_earned as decimal(14, 2)) as amount_earned,
    cast(sums.amount_with_pending as decimal(14, 2)) as amount_with_pending,
    cast(sums.worth_of_next_tier_amount as decimal(14, 2)) as worth_of_next_tier_amount,
    coalesce({{ state_code("gate_sums.gate_state_rank") }}, 'none') as gate_state,
    cast(coalesce(gate_sums.gates_met_count, 0) as integer) as gates_met_count,
    cast(coalesce(gate_sums.gates_count, 0) as integer) as gates_count,
    gate_sums.gate_summary,
    coalesce(selling_days.selling_days_total, 0) as selling_days_total,
    coalesce(selling_days.selling_days_elapsed, 0) as selling_days_elapsed,
    coalesce(selling_days.selling_days_left, 0) as selling_days_left,
    {{ units_per_day("headline.reported_units", "selling_days.selling_days_elapsed") }} as units_per_selling_day,
    {{ units_per_day("headline.units_to_next_tier", "selling_days.selling_days_left") }}
        as needed_units_per_selling_day,
    cast(coalesce(payments.paid_by_statement_amount, 0) as decimal(14, 2)) as paid_by_statement_amount,
    headline.standing_state,
    periods.bulletin_number
from periods
inner join sums
    on
        periods.rooftop_id = sums.rooftop_id
        and periods.program_code = sums.program_code
        and periods.period_code = sums.period_code
inner join elements as headline
    on
        periods.rooftop_id = headline.rooftop_id
        and periods.program_code = headline.program_code
        and periods.period_code = headline.period_code
        and headline.headline_order = 1
left join gate_sums
    on
        periods.rooftop_id = gate_sums.rooftop_id
        and periods.program_code = gate_sums.program_code
        and periods.period_code = gate_sums.period_code
left join {{ ref('int_period_selling_days') }} as selling_days
    on
        periods.rooftop_id = selling_days.rooftop_id
        and periods.period_start_date = selling_days.period_start_date
        and periods.period_end_date = selling_days.period_end_date
left join payments
    on
        periods.oem_code = payments.oem_code
        and periods.dealer_code = payments.dealer_code
        and periods.program_code = payments.program_code
        and periods.period_code = payments.period_code
