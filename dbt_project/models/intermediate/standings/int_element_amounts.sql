-- What each element pays today, with its pending cars, and at the edge of its next tier. Each step of today's amount
-- is rounded half up to the cent from the exact amount, so what remains is rounded once and the steps add up.
-- The cars to the next tier have no open recall, so today's recalls are a smaller share of more cars; pending cars
-- bring their own.
with facts as (

    select * from {{ ref('int_element_facts') }}

),

line_amounts as (

    select
        rooftop_id,
        program_code,
        period_code,
        element_code,
        max(case when case_kind = 'standing' then exact_amount end) as standing_amount,
        max(case when case_kind = 'with_pending' then exact_amount end) as pending_amount,
        max(case when case_kind = 'next_tier' then exact_amount end) as next_tier_amount
    from {{ ref('int_line_amounts') }}
    where case_kind in ('standing', 'with_pending', 'next_tier')
    group by rooftop_id, program_code, period_code, element_code

),

segments as (

    select * from {{ ref('int_ladder_segments') }}

),

exact_amounts as (

    select
        facts.*,
        case
            when not facts.is_paid_by_line
                then {{ segment_amount("here", "facts.paid_units", "facts.paid_msrp_amount") }}
            when here.tier_number > 0 then lines.standing_amount
            when here.tier_number = 0 then 0
        end as exact_amount,
        case
            when not facts.is_paid_by_line
                then {{ segment_amount(
                    "with_pending",
                    "facts.paid_units + facts.pending_paid_units",
                    "facts.paid_msrp_amount + facts.pending_paid_msrp_amount"
                ) }}
            when with_pending.tier_number > 0 then lines.pending_amount
            when with_pending.tier_number = 0 then 0
        end as exact_amount_with_pending,
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
        case
            when not facts.is_paid_by_line
                then {{ segment_amount(
                    "next_tier",
                    "facts.paid_units + case when facts.counts_equal_pays"
                    ~ " then next_tier.from_units - facts.reported_units else 0 end",
                    "facts.paid_msrp_amount + case when facts.counts_equal_pays"
                    ~ " then (next_tier.from_units - facts.reported_units) * facts.average_msrp_amount else 0 end"
                ) }}
            else
                lines.next_tier_amount * coalesce(line_next_tiers.mix_units, 1)
                + coalesce(line_next_tiers.added_amount, 0)
        end as exact_next_tier_amount,
        coalesce(line_next_tiers.mix_units, 1) as next_tier_mix_units
    from facts
    left join segments as here
        on
            facts.program_code = here.program_code
            and facts.program_version = here.program_version
            and facts.element_code = here.element_code
            and facts.ladder_key = here.ladder_key
            and facts.segment_number = here.segment_number
    left join segments as next_tier
        on
            facts.program_code = next_tier.program_code
            and facts.program_version = next_tier.program_version
            and facts.element_code = next_tier.element_code
            and facts.ladder_key = next_tier.ladder_key
            and facts.next_tier_segment_number = next_tier.segment_number
    left join segments as with_pending
        on
            facts.program_code = with_pending.program_code
            and facts.program_version = with_pending.program_version
            and facts.element_code = with_pending.element_code
            and facts.ladder_key = with_pending.ladder_key
            and greatest(facts.reported_units + facts.pending_units, 0) >= with_pending.from_units
            and greatest(facts.reported_units + facts.pending_units, 0)
            < coalesce(with_pending.to_units, 2147483647)
    left join line_amounts as lines
        on
            facts.rooftop_id = lines.rooftop_id
            and facts.program_code = lines.program_code
            and facts.period_code = lines.period_code
            and facts.element_code = lines.element_code
    left join {{ ref('int_line_next_tiers') }} as line_next_tiers
        on
            facts.rooftop_id = line_next_tiers.rooftop_id
            and facts.program_code = line_next_tiers.program_code
            and facts.period_code = line_next_tiers.period_code
            and facts.element_code = line_next_tiers.element_code

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
        {{ rounded_amount("exact_next_tier_amount", "1", "1", "next_tier_mix_units") }} as next_tier_amount,
        {{ rounded_amount(
            "exact_next_tier_amount",
            "1",
            "next_tier_unrecalled_units",
            "next_tier_delivered_units_or_one * next_tier_mix_units"
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
