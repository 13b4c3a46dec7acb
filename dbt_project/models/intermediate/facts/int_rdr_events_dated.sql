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

events as (

    select
        rdrs.*,
        coalesce(dealer_time_zones.time_zone, 'UTC') as time_zone,
        {{ quarter_hour_number("rdrs.event_at") }} as quarter_hour_number
    from {{ ref('stg_portal__rdrs') }} as rdrs
    left join dealer_time_zones
        on
            rdrs.oem_code = dealer_time_zones.oem_code
            and rdrs.dealer_code = dealer_time_zones.dealer_code

),

quarter_hours as (

    select
        time_zone,
        quarter_hour_number,
        {{ local_date("time_zone", "min(event_at)") }} as event_date
    from events
    group by time_zone, quarter_hour_number

)

select
    events.*,
    quarter_hours.event_date
from events
inner join quarter_hours
    on
        events.time_zone = quarter_hours.time_zone
        and events.quarter_hour_number = quarter_hours.quarter_hour_number
where quarter_hours.event_date <= {{ as_of_date() }}
