{{ config(materialized='view') }}
-- Every RDR event up to the as-of date, with its day at the store that the dealer code belongs to. A time zone's rules
-- are asked once per zone and quarter of an hour, not per event: no zone changes its date within one.
with dealer_time_zones as (

    select
        franchises.oem_code,
        franchises.dealer_code,
        min(rooftops.time_zone) as time_zone
    from {{ source('compiled', 'franchises') }} as franchises
    inner join {{ source('compiled', 'rooftops') }} as rooftops
        on franchises.rooftop_id = rooftops.rooftop_id
    group by franchises.oem_code, franchises.dealer_code

),

time_zones as (

    select time_zone from dealer_time_zones
    union
    select 'UTC' as time_zone

),

quarter_hours as (

    select
        {{ quarter_hour_number("event_at") }} as quarter_hour_number,
        min(event_at) as first_event_at
    from {{ ref('stg_portal__rdrs') }}
    group by {{ quarter_hour_number("event_at") }}

),

local_dates as (

    select
        time_zones.time_zone,
        quarter_hours.quarter_hour_number,
        {{ local_date("time_zones.time_zone", "quarter_hours.first_event_at") }} as event_date
    from quarter_hours
    cross join time_zones

)

select
    rdrs.*,
    local_dates.event_date
from {{ ref('stg_portal__rdrs') }} as rdrs
left join dealer_time_zones
    on
        rdrs.oem_code = dealer_time_zones.oem_code
        and rdrs.dealer_code = dealer_time_zones.dealer_code
inner join local_dates
    on
        coalesce(dealer_time_zones.time_zone, 'UTC') = local_dates.time_zone
        and {{ quarter_hour_number("rdrs.event_at") }} = local_dates.quarter_hour_number
where local_dates.event_date <= {{ as_of_date() }}
