-- The ladders as half-open segments of counted units, [from_units, to_units), without gap or overlap. Tiers that
-- rounding left empty are gone; a cap in units splits the segment it falls into, and from there on the amount stands
-- still (marginal tiers: at what the cap paid; retroactive ones: each tier's own amount at the cap). What is paid by
-- line is capped by line.
with bands as (

    select
        *,
        min(from_units) over (
            partition by program_code, program_version, element_code, ladder_key
        ) as first_units,
        case
            when cap_units is null or is_paid_by_line then null
            when tier_shape = 'marginal'
                then cap_units + min(from_units) over (
                    partition by program_code, program_version, element_code, ladder_key
                )
            else cap_units
        end as limit_units
    from {{ ref('int_ladder_tiers') }}
    where to_units is null or to_units > from_units

),

below_first_tier as (

    select distinct
        program_code,
        program_version,
        element_code,
        ladder_key,
        0 as tier_number,
        0 as from_units,
        first_units as to_units,
        cast(null as decimal(18, 6)) as edge_pct,
        cast(null as decimal(18, 6)) as edge_exact,
        cast(0 as decimal(14, 2)) as fixed_amount,
        cast(0 as decimal(14, 2)) as amount_per_unit,
        0 as paid_offset_units,
        cast(0 as decimal(9, 6)) as msrp_share
    from bands
    where first_units > 0
    union all
    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        0 as tier_number,
        0 as from_units,
        null as to_units,
        null as edge_pct,
        null as edge_exact,
        0 as fixed_amount,
        0 as amount_per_unit,
        0 as paid_offset_units,
        0 as msrp_share
    from {{ ref('int_ladder_keys') }}
    where fixed_tier_number = 0

),

under_limit as (

    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        tier_number,
        from_units,
        case when to_units <= limit_units then to_units else coalesce(limit_units, to_units) end as to_units,
        edge_pct,
        edge_exact,
        fixed_amount,
        amount_per_unit,
        paid_offset_units,
        msrp_share
    from bands
    where limit_units is null or from_units < limit_units

),

over_limit as (

    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        tier_number,
        greatest(from_units, limit_units) as from_units,
        to_units,
        edge_pct,
        edge_exact,
        case
            when tier_shape = 'marginal'
                then first_value(
                    fixed_amount + amount_per_unit * greatest(limit_units - paid_offset_units, 0)
                ) over (
                    partition by program_code, program_version, element_code, ladder_key
                    order by tier_number
                )
            else fixed_amount + amount_per_unit * greatest(limit_units - paid_offset_units, 0)
        end as fixed_amount,
        0 as amount_per_unit,
        0 as paid_offset_units,
        msrp_share
    from bands
    where limit_units is not null and (to_units is null or to_units > limit_units)

),

segments as (

    select * from below_first_tier
    union all
    select * from under_limit
    union all
    select * from over_limit

),

numbered_segments as (

    select
        *,
        row_number() over (
            partition by program_code, program_version, element_code, ladder_key
            order by from_units, tier_number
        ) as segment_number
    from segments

),

tier_counts as (

    select
        program_code,
        program_version,
        element_code,
        count(*) as tier_count
    from {{ source('compiled', 'element_tiers') }}
    group by program_code, program_version, element_code

),

next_tiers as (

    select
        below.program_code,
        below.program_version,
        below.element_code,
        below.ladder_key,
        below.segment_number,
        min(above.segment_number) as next_tier_segment_number
    from numbered_segments as below
    inner join numbered_segments as above
        on
            below.program_code = above.program_code
            and below.program_version = above.program_version
            and below.element_code = above.element_code
            and below.ladder_key = above.ladder_key
            and below.tier_number < above.tier_number
    group by
        below.program_code, below.program_version, below.element_code, below.ladder_key, below.segment_number

)

select
    segments.program_code,
    segments.program_version,
    segments.element_code,
    segments.ladder_key,
    cast(segments.segment_number as integer) as segment_number,
    cast(next_tiers.next_tier_segment_number as integer) as next_tier_segment_number,
    cast(tier_counts.tier_count as integer) as tier_count,
    cast(segments.tier_number as integer) as tier_number,
    cast(segments.from_units as integer) as from_units,
    cast(segments.to_units as integer) as to_units,
    cast(segments.edge_pct as decimal(9, 4)) as edge_pct,
    cast(segments.edge_exact as decimal(18, 6)) as edge_exact,
    cast(segments.fixed_amount as decimal(14, 2)) as fixed_amount,
    cast(segments.amount_per_unit as decimal(14, 2)) as amount_per_unit,
    cast(segments.paid_offset_units as integer) as paid_offset_units,
    cast(segments.msrp_share as decimal(9, 6)) as msrp_share
from numbered_segments as segments
inner join tier_counts
    on
        segments.program_code = tier_counts.program_code
        and segments.program_version = tier_counts.program_version
        and segments.element_code = tier_counts.element_code
left join next_tiers
    on
        segments.program_code = next_tiers.program_code
        and segments.program_version = next_tiers.program_version
        and segments.element_code = next_tiers.element_code
        and segments.ladder_key = next_tiers.ladder_key
        and segments.segment_number = next_tiers.segment_number
