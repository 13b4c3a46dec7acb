-- Where each enrolled element stands: units three ways, target, tier, amounts and what took from them, next tier.
with elements as (

    select * from {{ ref('int_elements_capped') }}

),

official_standings as (

    select * from {{ ref('int_official_standings_latest') }}

)

select
    elements.rooftop_id,
    elements.program_code,
    elements.element_code,
    elements.period_code,
    elements.program_version,
    elements.reported_units,
    elements.pending_units,
    official_standings.official_units,
    elements.objective_units,
    elements.base_units,
    {{ attainment_pct("elements.reported_units", "elements.target_units") }} as attainment_pct,
    coalesce(elements.tier_number, 0) as tier_number,
    coalesce(elements.tier_count, 0) as tier_count,
    elements.paid_units,
    elements.paid_msrp_amount,
    greatest(elements.reported_units, 0) as delivered_units,
    elements.open_recall_units,
    elements.amount_before_gates,
    cast(elements.amount_after_gates - elements.amount_after_deduction as decimal(14, 2)) as amount_deducted,
    cast(elements.amount_before_gates - elements.amount_after_gates as decimal(14, 2)) as amount_forfeited,
    cast(case when elements.is_held then elements.amount_kept else 0 end as decimal(14, 2)) as amount_held,
    cast(elements.amount_after_deduction - elements.amount_kept as decimal(14, 2)) as amount_capped,
    cast(case when elements.is_held then 0 else elements.amount_kept end as decimal(14, 2)) as amount_earned,
    elements.amount_with_pending,
    elements.next_tier_number,
    elements.next_tier_units,
    elements.units_to_next_tier,
    elements.next_tier_amount,
    cast(elements.worth_of_next_tier_amount as decimal(14, 2)) as worth_of_next_tier_amount,
    coalesce({{ state_code("elements.gate_state_rank") }}, 'none') as gate_state,
    case elements.effect_rank when 3 then 'forfeit' when 2 then 'reduce' when 1 then 'waive' end as gate_effect,
    case
        when elements.tier_count is not null then 'ok'
        when elements.edge_unit = 'score' then 'no_score'
        else 'no_objective'
    end as standing_state,
    elements.cap_base_units,
    cast(score_tiers.score_measured as decimal(18, 3)) as score_measured,
    cast(score_tiers.score_measured_of as integer) as score_measured_of,
    cast(score_tiers.score_sample_count as integer) as score_sample_count
from elements
left join {{ ref('int_score_tiers') }} as score_tiers
    on
        elements.rooftop_id = score_tiers.rooftop_id
        and elements.program_code = score_tiers.program_code
        and elements.period_code = score_tiers.period_code
        and elements.element_code = score_tiers.element_code
left join official_standings
    on
        elements.oem_code = official_standings.oem_code
        and elements.dealer_code = official_standings.dealer_code
        and elements.program_code = official_standings.program_code
        and elements.element_code = official_standings.element_code
        and elements.period_code = official_standings.period_code
