-- The elements' amounts under their program's cap: earned elements before held ones, each in order; later ones lose
-- first.
with amounts as (

    select
        amounts.*,
        caps.cap_amount as program_cap_amount,
        caps.cap_amount_with_pending as program_cap_amount_with_pending,
        coalesce(
            sum(amounts.amount_after_cap) over (
                partition by amounts.rooftop_id, amounts.program_code, amounts.period_code
                order by
                    case when amounts.is_held and amounts.amount_after_cap > 0 then 1 else 0 end,
                    amounts.element_order,
                    amounts.element_code
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as amount_before_this,
        coalesce(
            sum(amounts.amount_with_pending_after_cap) over (
                partition by amounts.rooftop_id, amounts.program_code, amounts.period_code
                order by
                    case when amounts.is_held and amounts.amount_with_pending_after_cap > 0 then 1 else 0 end,
                    amounts.element_order,
                    amounts.element_code
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as amount_with_pending_before_this
    from {{ ref('int_element_amounts') }} as amounts
    left join {{ ref('int_program_caps') }} as caps
        on
            amounts.rooftop_id = caps.rooftop_id
            and amounts.program_code = caps.program_code
            and amounts.period_code = caps.period_code

)

select
    *,
    {{ kept_under_cap("amount_after_cap", "amount_before_this", "program_cap_amount") }} as amount_kept,
    {{ kept_under_cap(
        "amount_with_pending_after_cap", "amount_with_pending_before_this", "program_cap_amount_with_pending"
    ) }} as amount_with_pending
from amounts
