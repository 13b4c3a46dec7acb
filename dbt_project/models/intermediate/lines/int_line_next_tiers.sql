-- What the units to go to the next tier add to the pay of those sold, line by line. They come after all others, at the
-- average MSRP so far, and are shared among the pay groups as the paid units so far (all in the first group without
-- any): so what they add is `added_amount` over `mix_units`, which stays a quotient to be exact.
with elements as (

    select
        facts.rooftop_id,
        facts.program_code,
        facts.program_version,
        facts.period_code,
        facts.element_code,
        facts.ladder_key,
        facts.reported_units,
        facts.tier_number,
        facts.average_msrp_amount,
        rules.tier_shape,
        rules.tier_choice,
        next_tier.tier_number as next_tier_number,
        next_tier.from_units
        - case
            -- Marginal: a unit is paid for its position, and none at or below 0 is above an edge.
            when rules.tier_shape = 'marginal' then greatest(facts.reported_units, 0)
            else facts.reported_units
        end as units_to_go
    from {{ ref('int_element_facts') }} as facts
    inner join {{ source('compiled', 'elements') }} as rules
        on
            facts.program_code = rules.program_code
            and facts.program_version = rules.program_version
            and facts.element_code = rules.element_code
    inner join {{ ref('int_ladder_segments') }} as next_tier
        on
            facts.program_code = next_tier.program_code
            and facts.program_version = next_tier.program_version
            and facts.element_code = next_tier.element_code
            and facts.ladder_key = next_tier.ladder_key
            and facts.next_tier_segment_number = next_tier.segment_number
    where facts.is_paid_by_line and facts.counts_equal_pays

),

paid_units as (

    select
        rooftop_id,
        program_code,
        period_code,
        element_code,
        sum(step) as paid_in_units
    from {{ ref('int_lines_paid') }}
    where case_kind = 'next_tier'
    group by rooftop_id, program_code, period_code, element_code

),

caps as (

    select distinct
        program_code,
        program_version,
        element_code,
        ladder_key,
        cap_units
    from {{ ref('int_ladder_tiers') }}
    where is_paid_by_line

),

paying_units as (

    select
        elements.*,
        case when elements.tier_shape = 'marginal' then elements.tier_number else elements.next_tier_number end
            as paying_tier_number,
        case
            when elements.tier_shape = 'marginal' and elements.tier_number = 0 then 0
            when caps.cap_units is null then elements.units_to_go
            else greatest(
                least(coalesce(paid_units.paid_in_units, 0) + elements.units_to_go, caps.cap_units)
                - greatest(coalesce(paid_units.paid_in_units, 0), 0), 0
            )
        end as paying_units
    from elements
    inner join caps
        on
            elements.program_code = caps.program_code
            and elements.program_version = caps.program_version
            and elements.element_code = caps.element_code
            and elements.ladder_key = caps.ladder_key
    left join paid_units
        on
            elements.rooftop_id = paid_units.rooftop_id
            and elements.program_code = paid_units.program_code
            and elements.period_code = paid_units.period_code
            and elements.element_code = paid_units.element_code

),

sold_groups as (

    select
        rooftop_id,
        program_code,
        period_code,
        element_code,
        pay_group_code,
        sum(step) as group_units
    from {{ ref('int_element_lines') }}
    where is_paid and not is_pending and until_date is null
    group by rooftop_id, program_code, period_code, element_code, pay_group_code
    having sum(step) > 0

),

first_groups as (

    select
        program_code,
        program_version,
        element_code,
        pay_group_code
    from {{ source('compiled', 'pay_groups') }}
    where pay_group_order = 1

),

mixed_groups as (

    select
        paying_units.*,
        coalesce(sold_groups.pay_group_code, first_groups.pay_group_code, 'all') as pay_group_code,
        coalesce(sold_groups.group_units, 1) as group_units
    from paying_units
    left join sold_groups
        on
            paying_units.rooftop_id = sold_groups.rooftop_id
            and paying_units.program_code = sold_groups.program_code
            and paying_units.period_code = sold_groups.period_code
            and paying_units.element_code = sold_groups.element_code
    left join first_groups
        on
            paying_units.program_code = first_groups.program_code
            and paying_units.program_version = first_groups.program_version
            and paying_units.element_code = first_groups.element_code

),

group_rates as (

    select
        groups.rooftop_id,
        groups.program_code,
        groups.period_code,
        groups.element_code,
        groups.pay_group_code,
        groups.paying_units,
        groups.group_units,
        sum({{ unit_pay("pays", "groups.average_msrp_amount") }}) as unit_amount
    from mixed_groups as groups
    left join {{ source('compiled', 'element_tier_pays') }} as pays
        on
            groups.program_code = pays.program_code
            and groups.program_version = pays.program_version
            and groups.element_code = pays.element_code
            and groups.pay_group_code = pays.pay_group_code
            and groups.paying_tier_number >= pays.tier_number
            and (
                groups.paying_tier_number = pays.tier_number
                or (groups.tier_shape <> 'marginal' and groups.tier_choice = 'added')
            )
    group by
        groups.rooftop_id,
        groups.program_code,
        groups.period_code,
        groups.element_code,
        groups.pay_group_code,
        groups.paying_units,
        groups.group_units

)

select
    rooftop_id,
    program_code,
    period_code,
    element_code,
    cast(sum(group_units * coalesce(unit_amount, 0)) * max(paying_units) as decimal(32, 8)) as added_amount,
    cast(sum(group_units) as integer) as mix_units
from group_rates
group by rooftop_id, program_code, period_code, element_code
