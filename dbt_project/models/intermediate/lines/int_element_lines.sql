-- The units of elements that are paid line by line, one row a unit and one a unit taken back, each from the day it
-- stands to the day it no longer does. A pending car is a line of its own, to be taken in or left out.
with memberships as (

    select memberships.*
    from {{ source('compiled', 'memberships') }} as memberships
    inner join {{ source('compiled', 'elements') }} as elements
        on
            memberships.program_code = elements.program_code
            and memberships.program_version = elements.program_version
            and memberships.element_code = elements.element_code
    where elements.is_paid_by_line and (memberships.is_counted or memberships.is_paid)

),

lines as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        unit_class_id,
        vin,
        counting_date as line_date,
        case when count_state not in ('reported', 'pending') then unwound_date end as until_date,
        1 as step,
        coalesce(msrp_amount, 0) as msrp_amount,
        count_state = 'pending' as is_pending
    from {{ ref('fct_counted_unit') }}
    where
        count_state in ('reported', 'pending')
        or (reason_code = 'unwound' and reversed_units = 0 and unwound_date > counting_date)
    union all
    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        reversed_unit_class_id as unit_class_id,
        vin,
        reversed_date as line_date,
        cast(null as date) as until_date,
        -1 as step,
        reversed_msrp_amount as msrp_amount,
        false as is_pending
    from {{ ref('fct_counted_unit') }}
    where reversed_units > 0

)

select
    lines.rooftop_id,
    lines.program_code,
    lines.period_code,
    memberships.element_code,
    lines.vin,
    lines.line_date,
    lines.until_date,
    lines.step,
    cast(lines.msrp_amount as decimal(14, 2)) as msrp_amount,
    lines.is_pending,
    memberships.is_counted,
    memberships.is_paid,
    memberships.pay_group_code
from lines
inner join memberships
    on
        lines.unit_class_id = memberships.unit_class_id
        and lines.program_code = memberships.program_code
        and lines.program_version = memberships.program_version
