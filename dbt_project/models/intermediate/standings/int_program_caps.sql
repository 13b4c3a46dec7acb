-- The most that a program pays in a period: dollars, or a share of the MSRP of the cars that any element pays, each car
-- once. Null without a cap.
with paid_msrp as (

    select
        rooftop_id,
        program_code,
        period_code,
        sum(case when is_paid then coalesce(msrp_amount, 0) else 0 end)
        - sum(case when paid_element_codes is not null then reversed_msrp_amount else 0 end) as paid_msrp_amount,
        sum(
            case
                when count_state = 'pending' and paid_element_codes is not null then coalesce(msrp_amount, 0)
                else 0
            end
        ) as pending_paid_msrp_amount
    from {{ ref('fct_counted_unit') }}
    group by rooftop_id, program_code, period_code

)

select
    periods.rooftop_id,
    periods.program_code,
    periods.period_code,
    {{ program_cap("coalesce(paid_msrp.paid_msrp_amount, 0)") }} as cap_amount,
    {{ program_cap(
        "coalesce(paid_msrp.paid_msrp_amount, 0) + coalesce(paid_msrp.pending_paid_msrp_amount, 0)"
    ) }} as cap_amount_with_pending
from {{ ref('int_enrolled_periods') }} as periods
left join paid_msrp
    on
        periods.rooftop_id = paid_msrp.rooftop_id
        and periods.program_code = paid_msrp.program_code
        and periods.period_code = paid_msrp.period_code
where periods.cap_amount is not null or periods.cap_msrp_share is not null
