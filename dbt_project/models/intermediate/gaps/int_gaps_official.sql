{{ config(materialized='view') }}
-- Elements that the OEM counts otherwise than we do, on its own date. At risk is what our count pays more than theirs;
-- where units are paid line by line nobody knows which ones they leave out, so each is worth an even share.
with differences as (

    select
        comparisons.*,
        ladder.tier_number as their_tier_number,
        facts.tier_number as our_tier_number,
        standings.amount_earned + standings.amount_held as our_amount,
        coalesce(
            case
                when not facts.is_paid_by_line
                    then {{ rounded_amount(
                        segment_amount(
                            "ladder",
                            "greatest(facts.paid_units - (comparisons.our_units - comparisons.official_units), 0)",
                            "greatest(facts.paid_msrp_amount"
                            ~ " - (comparisons.our_units - comparisons.official_units) * amounts.average_msrp_amount, 0)"
                        ),
                        "facts.kept_share",
                        "facts.unrecalled_units",
                        "facts.delivered_units_or_one"
                    ) }}
                when ladder.tier_number > 0 and facts.paid_units > 0
                    then {{ rounded_amount(
                        "(standings.amount_earned + standings.amount_held)",
                        "1",
                        "greatest(facts.paid_units - (comparisons.our_units - comparisons.official_units), 0)",
                        "facts.paid_units"
                    ) }}
            end, 0
        ) as their_amount
    from {{ ref('int_official_comparisons') }} as comparisons
    inner join {{ ref('fct_element_standing') }} as standings
        on
            comparisons.rooftop_id = standings.rooftop_id
            and comparisons.program_code = standings.program_code
            and comparisons.element_code = standings.element_code
            and comparisons.period_code = standings.period_code
    inner join {{ ref('int_element_facts') }} as facts
        on
            comparisons.rooftop_id = facts.rooftop_id
            and comparisons.program_code = facts.program_code
            and comparisons.element_code = facts.element_code
            and comparisons.period_code = facts.period_code
    inner join {{ ref('int_element_amounts') }} as amounts
        on
            comparisons.rooftop_id = amounts.rooftop_id
            and comparisons.program_code = amounts.program_code
            and comparisons.element_code = amounts.element_code
            and comparisons.period_code = amounts.period_code
    left join {{ ref('int_ladder_segments') }} as ladder
        on
            facts.program_code = ladder.program_code
            and facts.program_version = ladder.program_version
            and facts.element_code = ladder.element_code
            and facts.ladder_key = ladder.ladder_key
            and greatest(facts.reported_units - (comparisons.our_units - comparisons.official_units), 0)
            >= ladder.from_units
            and greatest(facts.reported_units - (comparisons.our_units - comparisons.official_units), 0)
            < coalesce(ladder.to_units, 2147483647)
    where comparisons.our_units <> comparisons.official_units

)

select
    'official_differs' as gap_code,
    rooftop_id,
    program_code,
    period_code,
    element_code as gap_key,
    case when our_amount > their_amount then {{ gap_severity("last_day_date") }} else 'info' end as severity,
    program_name || ' ' || period_code || ': we count ' || our_units || ', the OEM ' || official_units as title,
    'The cars that differ are named, each with its reason, in the list of counted cars.' as detail,
    cast(
        case when our_units > official_units then greatest(our_amount - their_amount, 0) else 0 end
        as decimal(14, 2)
    ) as amount_at_risk,
    last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    'Both as of ' || official_date || ', element ' || element_code || '; tier ' || coalesce(our_tier_number, 0)
    || ' by our count of today, tier ' || coalesce(their_tier_number, 0) || ' without the difference.' as evidence_text,
    source_file,
    source_row
from differences
