-- Every enrolled element with its units, target, gates and the ladder segment it stands on; elements without a sale
-- have zeros. No ladder leaves the segment columns null.
with elements as (

    select * from {{ ref('int_enrolled_elements') }}

),

facts as (

    select
        elements.*,
        targets.objective_units,
        targets.base_units,
        targets.target_units,
        targets.cap_base_units,
        targets.fixed_tier_number,
        targets.ladder_key,
        cast(coalesce(counts.reported_units, 0) as integer) as reported_units,
        cast(coalesce(counts.pending_units, 0) as integer) as pending_units,
        cast(coalesce(counts.paid_units, 0) as integer) as paid_units,
        cast(coalesce(counts.pending_paid_units, 0) as integer) as pending_paid_units,
        cast(coalesce(counts.paid_msrp_amount, 0) as decimal(14, 2)) as paid_msrp_amount,
        cast(coalesce(counts.pending_paid_msrp_amount, 0) as decimal(14, 2)) as pending_paid_msrp_amount,
        cast(least(coalesce(counts.open_recall_units, 0), greatest(coalesce(counts.reported_units, 0), 0)) as integer)
            as open_recall_units,
        cast(coalesce(counts.pending_open_recall_units, 0) as integer) as pending_open_recall_units,
        gates.gate_state_rank,
        gates.effect_rank,
        coalesce(gates.kept_share, 1) as kept_share,
        coalesce(gates.is_held, false) as is_held
    from elements
    inner join {{ ref('int_element_targets') }} as targets
        on
            elements.rooftop_id = targets.rooftop_id
            and elements.program_code = targets.program_code
            and elements.period_code = targets.period_code
            and elements.element_code = targets.element_code
    left join {{ ref('int_element_counts') }} as counts
        on
            elements.rooftop_id = counts.rooftop_id
            and elements.program_code = counts.program_code
            and elements.period_code = counts.period_code
            and elements.element_code = counts.element_code
    left join {{ ref('int_element_gates') }} as gates
        on
            elements.rooftop_id = gates.rooftop_id
            and elements.program_code = gates.program_code
            and elements.period_code = gates.period_code
            and elements.element_code = gates.element_code

)

select
    facts.*,
    case
        when facts.paid_units > 0
            then cast(
                cast(
                    {{ divided_half_up("greatest(facts.paid_msrp_amount, 0) * 100", "facts.paid_units") }}
                    as decimal(18, 0)
                ) * 0.01 as decimal(14, 2)
            )
        else 0
    end as average_msrp_amount,
    {{ unrecalled_units("facts", "facts.reported_units", "facts.open_recall_units") }} as unrecalled_units,
    {{ delivered_units_or_one("facts", "facts.reported_units") }} as delivered_units_or_one,
    segments.segment_number,
    segments.next_tier_segment_number,
    segments.tier_number,
    segments.tier_count
from facts
left join {{ ref('int_ladder_segments') }} as segments
    on
        facts.program_code = segments.program_code
        and facts.program_version = segments.program_version
        and facts.element_code = segments.element_code
        and facts.ladder_key = segments.ladder_key
        and greatest(facts.reported_units, 0) >= segments.from_units
        and greatest(facts.reported_units, 0) < coalesce(segments.to_units, 2147483647)
