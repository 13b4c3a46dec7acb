-- The lines that pay in each case, each with its bracket: every paid line of a retroactive element; of a marginal one
-- those above the first edge. A cap in units keeps those with a paid position of 1 to as many units.
with elements as (

    select * from {{ source('compiled', 'elements') }}
    where is_paid_by_line

),

caps as (

    select distinct
        program_code,
        program_version,
        element_code,
        ladder_key,
        cap_units
    from {{ ref('int_ladder_tiers') }}
    where is_paid_by_line

),

paid_lines as (

    select
        positions.*,
        elements.tier_shape,
        elements.tier_choice,
        caps.cap_units,
        brackets.tier_number as bracket_number
    from {{ ref('int_line_positions') }} as positions
    inner join elements
        on
            positions.program_code = elements.program_code
            and positions.program_version = elements.program_version
            and positions.element_code = elements.element_code
    inner join caps
        on
            positions.program_code = caps.program_code
            and positions.program_version = caps.program_version
            and positions.element_code = caps.element_code
            and positions.ladder_key = caps.ladder_key
    left join {{ ref('int_ladder_tiers') }} as brackets
        on
            positions.program_code = brackets.program_code
            and positions.program_version = brackets.program_version
            and positions.element_code = brackets.element_code
            and positions.ladder_key = brackets.ladder_key
            and elements.tier_shape = 'marginal'
            and positions.position_number > brackets.from_units
            and positions.position_number <= coalesce(brackets.to_units, 2147483647)
    where
        positions.is_paid
        and (elements.tier_shape <> 'marginal' or brackets.tier_number is not null)

)

select
    *,
    sum(step) over (
        partition by rooftop_id, program_code, period_code, element_code, case_kind, case_date, tier_number
        order by line_date, step desc, vin
        rows between unbounded preceding and current row
    ) + case when step < 0 then 1 else 0 end as paid_position_number
from paid_lines
