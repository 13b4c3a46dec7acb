-- Which RDR and which DMS deal tell of the same sale: same VIN and dealer code, dates close together.
with deals as (

    select * from {{ ref('int_deals_delivered') }}

),

rdrs as (

    select * from {{ ref('int_rdrs_current') }}

)

select
    deals.deal_id,
    rdrs.rdr_id,
    deals.delivery_date,
    deals.deal_number,
    deals.deal_status,
    deals.msrp_amount,
    rdrs.sale_date,
    rdrs.rdr_status,
    rdrs.status_at,
    rdrs.unwound_date,
    abs({{ dbt.datediff("rdrs.sale_date", "deals.delivery_date", "day") }}) as days_apart
from deals
inner join rdrs
    on
        deals.vin = rdrs.vin
        and deals.dealer_code = rdrs.dealer_code
        and deals.oem_code = rdrs.oem_code
where abs({{ dbt.datediff("rdrs.sale_date", "deals.delivery_date", "day") }}) <= {{ var('sale_match_days') }}
