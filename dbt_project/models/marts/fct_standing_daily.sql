-- The same for each day of the recent periods, so that a chart of a quarter needs no recomputation. A day has what
-- counted by then: cars by their counting date, unwinds by the day of the unwind, the objective by the day it
-- was announced. Gates, open recalls and pending cars are today's; pending ones stand from their delivery. So the last
-- day equals the standing.
with daily_counts as (

    select
        counts.*,
        facts.element_order,
        facts.element_cap_amount,
        facts.kept_share,
        facts.is_held,
        facts.unrecalled_units,
        facts.delivered_units_or_one
    from {{ ref('int_daily_counts') }} as counts
    inner join {{ ref('int_element_facts') }} as facts
        on
            counts.rooftop_id = facts.rooftop_id
            and counts.program_code = facts.program_code
            and counts.period_code = facts.period_code
            and counts.element_code = facts.element_code

),

daily_amounts as (

    select
        daily_counts.*,
        segments.tier_number,
        coalesce(
            {{ rounded_amount(
                "case when daily_counts.is_paid_by_line then coalesce(lines.exact_amount, 0) else "
                ~ segment_amount("segments", "daily_counts.paid_units", "daily_counts.paid_msrp_amount") ~ " end",
                "daily_counts.kept_share",
                "daily_counts.unrecalled_units",
                "daily_counts.delivered_units_or_one"
            ) }}, 0
        ) as amount_after_deduction
    from daily_counts
    left join {{ ref('int_ladder_segments') }} as segments
        on
            daily_counts.program_code = segments.program_code
            and daily_counts.program_version = segments.program_version
            and daily_counts.element_code = segments.element_code
            and daily_counts.ladder_key = segments.ladder_key
            and greatest(daily_counts.reported_units, 0) >= segments.from_units
            and greatest(daily_counts.reported_units, 0) < coalesce(segments.to_units, 2147483647)
    left join {{ ref('int_line_amounts') }} as lines
        on
            daily_counts.rooftop_id = lines.rooftop_id
            and daily_counts.program_code = lines.program_code
            and daily_counts.period_code = lines.period_code
            and daily_counts.element_code = lines.element_code
            and daily_counts.date_day = lines.case_date
            and lines.case_kind = 'day'

),

element_capped as (

    select
        *,
        least(amount_after_deduction, coalesce(element_cap_amount, amount_after_deduction)) as amount_after_cap
    from daily_amounts

),

program_capped as (

    select
        element_capped.*,
        caps.cap_amount as program_cap_amount,
        coalesce(
            sum(element_capped.amount_after_cap) over (
                partition by
                    element_capped.rooftop_id,
                    element_capped.program_code,
                    element_capped.period_code,
                    element_capped.date_day
                order by
                    case when element_capped.is_held and element_capped.amount_after_cap > 0 then 1 else 0 end,
                    element_capped.element_order,
                    element_capped.element_code
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as amount_before_this
    from element_capped
    left join {{ ref('int_daily_program_caps') }} as caps
        on
            element_capped.rooftop_id = caps.rooftop_id
            and element_capped.program_code = caps.program_code
            and element_capped.period_code = caps.period_code
            and element_capped.date_day = caps.date_day

)

select
    daily.rooftop_id,
    daily.program_code,
    daily.element_code,
    daily.period_code,
    daily.date_day as date,
    daily.program_version,
    daily.reported_units,
    daily.pending_units,
    daily.objective_units,
    {{ attainment_pct("daily.reported_units", "daily.target_units") }} as attainment_pct,
    coalesce(daily.tier_number, 0) as tier_number,
    case
        when daily.is_held then cast(0 as decimal(14, 2))
        else {{ kept_under_cap("daily.amount_after_cap", "daily.amount_before_this", "daily.program_cap_amount") }}
    end as amount_earned,
    coalesce(selling_days.is_selling_day, false) as is_selling_day
from program_capped as daily
left join {{ source('compiled', 'selling_days') }} as selling_days
    on
        daily.rooftop_id = selling_days.rooftop_id
        and daily.date_day = selling_days.date
