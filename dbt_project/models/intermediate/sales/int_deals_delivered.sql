{{ config(materialized='view') }}
-- Deals that the DMS says were delivered by the as-of date, under the dealer code of the rooftop's franchise for
-- that make. A car of a make the rooftop holds no franchise for belongs to no program.
with deals as (

    select * from {{ ref('int_deals_latest') }}
    where
        deal_status in ('delivered', 'finalized')
        and delivery_date <= {{ as_of_date() }}

),

franchises as (

    select * from {{ source('compiled', 'franchises') }}

)

select
    deals.*,
    franchises.oem_code,
    franchises.dealer_code
from deals
inner join franchises
    on
        deals.rooftop_id = franchises.rooftop_id
        and lower(deals.make) = lower(franchises.make)
        and deals.delivery_date between {{ since("franchises.from_date") }} and {{ until("franchises.to_date") }}
