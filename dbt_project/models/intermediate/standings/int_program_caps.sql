-- The most that a program pays in a period: dollars, or a share of the MSRP of its paid cars. Null without a cap.
select
    periods.rooftop_id,
    periods.program_code,
    periods.period_code,
    {{ program_cap("coalesce(paid_msrp.paid_msrp_amount, 0)") }} as cap_amount,
    {{ program_cap(
        "coalesce(paid_msrp.paid_msrp_amount, 0) + coalesce(paid_msrp.pending_paid_msrp_amount, 0)"
    ) }} as cap_amount_with_pending
from {{ ref('int_enrolled_periods') }} as periods
left join {{ ref('int_program_paid_msrp') }} as paid_msrp
    on
        periods.rooftop_id = paid_msrp.rooftop_id
        and periods.program_code = paid_msrp.program_code
        and periods.period_code = paid_msrp.period_code
where periods.cap_amount is not null or periods.cap_msrp_share is not null
