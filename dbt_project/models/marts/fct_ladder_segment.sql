-- The ladder of each enrolled element against its target in force, as exact half-open segments of counted units.
select
    targets.rooftop_id,
    targets.program_code,
    targets.element_code,
    targets.period_code,
    segments.segment_number,
    targets.program_version,
    segments.from_units,
    segments.to_units,
    segments.tier_number,
    segments.fixed_amount,
    segments.amount_per_unit,
    segments.paid_offset_units,
    segments.msrp_share,
    segments.edge_pct,
    segments.edge_exact
from {{ ref('int_element_targets') }} as targets
inner join {{ ref('int_ladder_segments') }} as segments
    on
        targets.program_code = segments.program_code
        and targets.program_version = segments.program_version
        and targets.element_code = segments.element_code
        and targets.ladder_key = segments.ladder_key
