-- What elements that are paid line by line pay in each case, exact: the flat amounts of the tiers that apply, and each
-- line at its pay group's rate, summed over those tiers.
with cases as (

    select
        cases.*,
        elements.tier_shape,
        elements.tier_choice
    from {{ ref('int_line_cases') }} as cases
    inner join {{ source('compiled', 'elements') }} as elements
        on
            cases.program_code = elements.program_code
            and cases.program_version = elements.program_version
            and cases.element_code = elements.element_code

),

flat_amounts as (

    select
        cases.rooftop_id,
        cases.program_code,
        cases.period_code,
        cases.element_code,
        cases.case_kind,
        cases.case_date,
        cases.tier_number,
        sum(tiers.amount_flat) as amount_flat
    from cases
    inner join {{ source('compiled', 'element_tiers') }} as tiers
        on
            cases.program_code = tiers.program_code
            and cases.program_version = tiers.program_version
            and cases.element_code = tiers.element_code
            and cases.tier_number >= tiers.tier_number
            and (
                cases.tier_number = tiers.tier_number
                or cases.tier_choice = 'added'
                or cases.tier_shape = 'marginal'
            )
    group by
        cases.rooftop_id,
        cases.program_code,
        cases.period_code,
        cases.element_code,
        cases.case_kind,
        cases.case_date,
        cases.tier_number

),

line_amounts as (

    select
        lines.rooftop_id,
        lines.program_code,
        lines.period_code,
        lines.element_code,
        lines.case_kind,
        lines.case_date,
        lines.tier_number,
        sum(lines.step * {{ unit_pay("pays", "lines.msrp_amount") }}) as line_amount
    from {{ ref('int_lines_paid') }} as lines
    inner join {{ source('compiled', 'element_tier_pays') }} as pays
        on
            lines.program_code = pays.program_code
            and lines.program_version = pays.program_version
            and lines.element_code = pays.element_code
            and lines.pay_group_code = pays.pay_group_code
            and coalesce(lines.bracket_number, lines.tier_number) >= pays.tier_number
            and (
                coalesce(lines.bracket_number, lines.tier_number) = pays.tier_number
                or (lines.bracket_number is null and lines.tier_choice = 'added')
            )
    where lines.cap_units is null or lines.paid_position_number between 1 and lines.cap_units
    group by
        lines.rooftop_id,
        lines.program_code,
        lines.period_code,
        lines.element_code,
        lines.case_kind,
        lines.case_date,
        lines.tier_number

)

select
    flat_amounts.rooftop_id,
    flat_amounts.program_code,
    flat_amounts.period_code,
    flat_amounts.element_code,
    flat_amounts.case_kind,
    flat_amounts.case_date,
    flat_amounts.tier_number,
    cast(flat_amounts.amount_flat + coalesce(line_amounts.line_amount, 0) as decimal(24, 8)) as exact_amount
from flat_amounts
left join line_amounts
    on
        flat_amounts.rooftop_id = line_amounts.rooftop_id
        and flat_amounts.program_code = line_amounts.program_code
        and flat_amounts.period_code = line_amounts.period_code
        and flat_amounts.element_code = line_amounts.element_code
        and flat_amounts.case_kind = line_amounts.case_kind
        and flat_amounts.case_date = line_amounts.case_date
        and flat_amounts.tier_number = line_amounts.tier_number
