-- What each element pays today, with its pending cars, and at the edge of its next tier. Each step of today's amount
-- is rounded half up to the cent from the exact amount, so what remains is rounded once and the steps add up.
-- The cars to the next tier have no open recall, so today's recalls are a smaller share of more cars; pending cars
-- bring their own.
with facts as (

    select
        *,
        case
            when paid_units > 0
                then cast(
                    cast(
                        {{ divided_half_up("greatest(paid_msrp_amount, 0) * 100", "paid_units") }} as decimal(18, 0)
                    ) * 0.01 as decimal(14, 2)
                )
            else 0
        end as average_msrp_amount
    from {{ ref('int_element_facts') }}

),

segments as (

    select * from {{ ref('int_ladder_segments') }}

),

exact_amounts as (

    select
        facts.*,
        {{ segment_amount("here", "facts.paid_units", "facts.paid_msrp_amount") }} as exact_amount,
        {{ segment_amount(
            "with_pending",
            "facts.paid_units + facts.pending_paid_units",
            "facts.paid_msrp_amount + facts.pending_paid_msrp_amount"
        ) }} as exact_amount_with_pending,
        next_tier.tier_number as next_tier_number,
        next_tier.from_units as next_tier_units,
        next_tier.from_units - facts.reported_units as units_to_next_tier,
        {{ unrecalled_units("facts", "next_tier.from_units", "facts.open_recall_units") }}
            as next_tier_unrecalled_units,
        {{ delivered_units_or_one("facts", "next_tier.from_units") }} as next_tier_delivered_units_or_one,
        {{ unrecalled_units(
            "facts",
            "(facts.reported_units + facts.pending_units)",
            "facts.open_recall_units + facts.pending_open_recall_units"
        ) }} as unrecalled_units_with_pending,
        {{ delivered_units_or_one("facts", "(facts.reported_units + facts.pending_units)") }}
            as delivered_units_or_one_with_pending,
        {{ segment_amount(
            "next_tier",
            "facts.paid_units + case when facts.counts_equal_pays"
            ~ " then next_tier.from_units - facts.reported_units else 0 end",
            "facts.paid_msrp_amount + case when facts.counts_equal_pays"
            ~ " then (next_tier.from_units - facts.reported_units) * facts.average_msrp_amount else 0 end"
        ) }} as exact_next_tier_amount
    from facts
    left join segments as here
        on
            facts.program_code = here.program_code
            and facts.program_version = here.program_version
            and facts.element_code = here.element_code
            and facts.target_key = here.target_key
            and facts.segment_number = here.segment_number
    left join segments as next_tier
        on
            facts.program_code = next_tier.program_code
            and facts.program_version = next_tier.program_version
            and facts.element_code = next_tier.element_code
            and facts.target_key = next_tier.target_key
            and facts.next_tier_segment_number = next_tier.segment_number
    left join segments as with_pending
        on
            facts.program_code = with_pending.program_code
            and facts.program_version = with_pending.program_version
            and facts.element_code = with_pending.element_code
            and facts.target_key = with_pending.target_key
            and greatest(facts.reported_units + facts.pending_units, 0) >= with_pending.from_units
            and greatest(facts.reported_units + facts.pending_units, 0)
            < coalesce(with_pending.to_units, 2147483647)

),

stepped_amounts as (

    select
        *,
        coalesce({{ rounded_amount("exact_amount") }}, 0) as amount_before_gates,
        coalesce({{ rounded_amount("exact_amount", "kept_share") }}, 0) as amount_after_gates,
        coalesce(
            {{ rounded_amount("exact_amount", "kept_share", "unrecalled_units", "delivered_units_or_one") }}, 0
        ) as amount_after_deduction,
        coalesce(
            {{ rounded_amount(
                "exact_amount_with_pending",
                "kept_share",
                "unrecalled_units_with_pending",
                "delivered_units_or_one_with_pending"
            ) }}, 0
        ) as amount_with_pending_uncapped,
        {{ rounded_amount("exact_next_tier_amount") }} as next_tier_amount,
        {{ rounded_amount(
            "exact_next_tier_amount",
            "1",
            "next_tier_unrecalled_units",
            "next_tier_delivered_units_or_one"
        ) }}
        - {{ rounded_amount("exact_amount", "1", "unrecalled_units", "delivered_units_or_one") }}
            as worth_of_next_tier_amount
    from exact_amounts

)

select
    *,
    least(amount_after_deduction, coalesce(element_cap_amount, amount_after_deduction)) as amount_after_cap,
    least(amount_with_pending_uncapped, coalesce(element_cap_amount, amount_with_pending_uncapped))
        as amount_with_pending_after_cap
from stepped_amounts
