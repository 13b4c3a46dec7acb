{{ config(materialized='view') }}
-- Every RDR event up to the as-of date, with its day at the store that the dealer code belongs to.
with events as (

    select * from {{ ref('stg_portal__rdrs') }}

),

dealer_time_zones as (

    select
        franchises.oem_code,
        franchises.dealer_code,
        min(rooftops.time_zone) as time_zone
    from {{ source('compiled', 'franchises') }} as franchises
    inner join {{ source('compiled', 'rooftops') }} as rooftops
        on franchises.rooftop_id = rooftops.rooftop_id
    group by franchises.oem_code, franchises.dealer_code

),

dated as (

    select
        events.*,
        {{ local_date("coalesce(dealer_time_zones.time_zone, 'UTC')", "events.event_at") }} as event_date
    from events
    left join dealer_time_zones
        on
            events.oem_code = dealer_time_zones.oem_code
            and events.dealer_code = dealer_time_zones.dealer_code

)

select * from dated
where event_date <= {{ as_of_date() }}
