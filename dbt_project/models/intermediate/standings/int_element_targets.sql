-- What each element is measured against: the objective in force, last year's units, a tier that units don't decide
-- (by a score, or where the objective is waived), or nothing; and the key of the ladder that follows from it.
with current_objectives as (

    select * from {{ ref('int_objective_revisions') }}
    where next_announced_date is null

),

targets as (

    select
        elements.rooftop_id,
        elements.program_code,
        elements.program_version,
        elements.period_code,
        elements.element_code,
        elements.target_kind,
        elements.edge_unit,
        elements.tier_shape,
        elements.cap_base_kind,
        elements.is_objective_waived,
        case when elements.target_kind = 'objective' then objectives.objective_units end as objective_units,
        base_units.base_units,
        case elements.target_kind
            when 'objective' then objectives.objective_units
            when 'growth' then base_units.base_units
        end as target_units,
        {{ cap_base_units("elements", "objectives.objective_units", "base_units.base_units") }} as cap_base_units,
        case
            when elements.edge_unit = 'score' then score_tiers.tier_number
            else elements.waived_tier_number
        end as fixed_tier_number
    from {{ ref('int_enrolled_elements') }} as elements
    left join current_objectives as objectives
        on
            elements.oem_code = objectives.oem_code
            and elements.dealer_code = objectives.dealer_code
            and elements.program_code = objectives.program_code
            and elements.element_code = objectives.element_code
            and elements.period_code = objectives.period_code
    left join {{ ref('int_base_units') }} as base_units
        on
            elements.rooftop_id = base_units.rooftop_id
            and elements.program_code = base_units.program_code
            and elements.period_code = base_units.period_code
            and elements.element_code = base_units.element_code
    left join {{ ref('int_score_tiers') }} as score_tiers
        on
            elements.rooftop_id = score_tiers.rooftop_id
            and elements.program_code = score_tiers.program_code
            and elements.period_code = score_tiers.period_code
            and elements.element_code = score_tiers.element_code

)

select
    *,
    {{ ladder_key("targets", "target_units", "cap_base_units", "fixed_tier_number") }} as ladder_key
from targets
