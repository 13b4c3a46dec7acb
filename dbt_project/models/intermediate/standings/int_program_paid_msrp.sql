-- The MSRP of the cars that any element of a program pays, each car once; and of the pending ones.
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
