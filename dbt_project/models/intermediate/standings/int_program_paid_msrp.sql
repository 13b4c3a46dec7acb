-- The MSRP of the cars that any element of a program pays, each car once, without those taken back; and of the pending
-- ones.
with paid_cars as (

    select
        rooftop_id,
        program_code,
        period_code,
        case when is_paid then coalesce(msrp_amount, 0) else 0 end as paid_msrp_amount,
        case
            when count_state = 'pending' and paid_element_codes is not null then coalesce(msrp_amount, 0)
            else 0
        end as pending_paid_msrp_amount
    from {{ ref('fct_counted_unit') }}

),

cars_taken_back as (

    select
        units.rooftop_id,
        units.program_code,
        units.period_code,
        -1 * units.reversed_msrp_amount as paid_msrp_amount,
        0 as pending_paid_msrp_amount
    from {{ ref('fct_counted_unit') }} as units
    inner join {{ ref('int_class_memberships') }} as classes
        on
            units.reversed_unit_class_id = classes.unit_class_id
            and units.program_code = classes.program_code
            and units.program_version = classes.program_version
    where units.reversed_units > 0 and classes.is_paid

),

cars as (

    select * from paid_cars
    union all
    select * from cars_taken_back

)

select
    rooftop_id,
    program_code,
    period_code,
    sum(paid_msrp_amount) as paid_msrp_amount,
    sum(pending_paid_msrp_amount) as pending_paid_msrp_amount
from cars
group by rooftop_id, program_code, period_code
