-- When and at which tier elements paid line by line are evaluated: as they stand, with their pending cars, at the next
-- tier, where a rule would earn the period back, and on each day of a chart.
with elements as (

    select * from {{ ref('int_element_facts') }}
    where is_paid_by_line and ladder_key is not null

),

standing_cases as (

    select
        rooftop_id,
        program_code,
        program_version,
        period_code,
        element_code,
        ladder_key,
        'standing' as case_kind,
        {{ as_of_date() }} as case_date,
        tier_number
    from elements

),

pending_cases as (

    select
        elements.rooftop_id,
        elements.program_code,
        elements.program_version,
        elements.period_code,
        elements.element_code,
        elements.ladder_key,
        'with_pending' as case_kind,
        {{ as_of_date() }} as case_date,
        segments.tier_number
    from elements
    inner join {{ ref('int_ladder_segments') }} as segments
        on
            elements.program_code = segments.program_code
            and elements.program_version = segments.program_version
            and elements.element_code = segments.element_code
            and elements.ladder_key = segments.ladder_key
            and greatest(elements.reported_units + elements.pending_units, 0) >= segments.from_units
            and greatest(elements.reported_units + elements.pending_units, 0)
            < coalesce(segments.to_units, 2147483647)

),

next_tier_cases as (

    select
        elements.rooftop_id,
        elements.program_code,
        elements.program_version,
        elements.period_code,
        elements.element_code,
        elements.ladder_key,
        'next_tier' as case_kind,
        {{ as_of_date() }} as case_date,
        segments.tier_number
    from elements
    inner join {{ ref('int_ladder_segments') }} as segments
        on
            elements.program_code = segments.program_code
            and elements.program_version = segments.program_version
            and elements.element_code = segments.element_code
            and elements.ladder_key = segments.ladder_key
            and elements.next_tier_segment_number = segments.segment_number

),

day_cases as (

    select
        counts.rooftop_id,
        counts.program_code,
        counts.program_version,
        counts.period_code,
        counts.element_code,
        counts.ladder_key,
        'day' as case_kind,
        counts.date_day as case_date,
        segments.tier_number
    from {{ ref('int_daily_counts') }} as counts
    inner join {{ ref('int_ladder_segments') }} as segments
        on
            counts.program_code = segments.program_code
            and counts.program_version = segments.program_version
            and counts.element_code = segments.element_code
            and counts.ladder_key = segments.ladder_key
            and greatest(counts.reported_units, 0) >= segments.from_units
            and greatest(counts.reported_units, 0) < coalesce(segments.to_units, 2147483647)
    where counts.is_paid_by_line

),

cases as (

    select * from standing_cases
    union all
    select * from pending_cases
    union all
    select * from next_tier_cases
    union all
    select * from day_cases

)

select * from cases
where tier_number > 0
