-- Our count beside the OEM's, as of the OEM's own date: cars that counted by that date and were accepted by then. Cars
-- accepted since explain nothing.
with official_standings as (

    select
        periods.rooftop_id,
        periods.program_version,
        periods.program_name,
        periods.last_day_date,
        official.*
    from {{ ref('int_official_standings_latest') }} as official
    inner join {{ ref('int_live_periods') }} as periods
        on
            official.oem_code = periods.oem_code
            and official.dealer_code = periods.dealer_code
            and official.program_code = periods.program_code
            and official.period_code = periods.period_code

),

-- A car that stands by that date counts one, one taken back by that date one less.
counted_by_date as (

    select
        official.rooftop_id,
        official.program_code,
        official.period_code,
        official.element_code,
        units.program_version,
        units.unit_class_id,
        1 as unit_count
    from official_standings as official
    inner join {{ ref('fct_counted_unit') }} as units
        on
            official.rooftop_id = units.rooftop_id
            and official.program_code = units.program_code
            and official.period_code = units.period_code
    where
        units.count_state = 'reported'
        and units.counting_date <= official.official_date
        and units.accepted_date <= official.official_date
    union all
    select
        official.rooftop_id,
        official.program_code,
        official.period_code,
        official.element_code,
        units.program_version,
        units.reversed_unit_class_id as unit_class_id,
        -1 * units.reversed_units as unit_count
    from official_standings as official
    inner join {{ ref('fct_counted_unit') }} as units
        on
            official.rooftop_id = units.rooftop_id
            and official.program_code = units.program_code
            and official.period_code = units.period_code
    where units.reversed_date <= official.official_date

),

our_counts as (

    select
        counted_by_date.rooftop_id,
        counted_by_date.program_code,
        counted_by_date.period_code,
        counted_by_date.element_code,
        sum(counted_by_date.unit_count) as our_units
    from counted_by_date
    inner join {{ source('compiled', 'memberships') }} as memberships
        on
            counted_by_date.unit_class_id = memberships.unit_class_id
            and counted_by_date.program_code = memberships.program_code
            and counted_by_date.program_version = memberships.program_version
            and counted_by_date.element_code = memberships.element_code
    where memberships.is_counted
    group by
        counted_by_date.rooftop_id,
        counted_by_date.program_code,
        counted_by_date.period_code,
        counted_by_date.element_code

)

select
    official_standings.*,
    cast(coalesce(our_counts.our_units, 0) as integer) as our_units
from official_standings
left join our_counts
    on
        official_standings.rooftop_id = our_counts.rooftop_id
        and official_standings.program_code = our_counts.program_code
        and official_standings.period_code = our_counts.period_code
        and official_standings.element_code = our_counts.element_code
