-- Each line of each case with its place: the position among the counted units, in order of date, sales before units
-- taken back, then VIN. A unit taken back has the position that it gives up; a line that isn't counted has none.
with case_lines as (

    select
        cases.*,
        lines.vin,
        lines.line_date,
        lines.step,
        lines.msrp_amount,
        lines.is_counted,
        lines.is_paid,
        lines.pay_group_code
    from {{ ref('int_line_cases') }} as cases
    inner join {{ ref('int_element_lines') }} as lines
        on
            cases.rooftop_id = lines.rooftop_id
            and cases.program_code = lines.program_code
            and cases.period_code = lines.period_code
            and cases.element_code = lines.element_code
            and cases.case_date >= lines.line_date
            and cases.case_date < {{ until("lines.until_date") }}
    where cases.case_kind = 'with_pending' or not lines.is_pending

),

counted_lines as (

    select
        *,
        sum(case when is_counted then step else 0 end) over (
            partition by rooftop_id, program_code, period_code, element_code, case_kind, case_date, tier_number
            order by line_date, step desc, vin
            rows between unbounded preceding and current row
        ) as counted_units_so_far
    from case_lines

)

select
    *,
    case when is_counted then counted_units_so_far + case when step < 0 then 1 else 0 end end as position_number
from counted_lines
