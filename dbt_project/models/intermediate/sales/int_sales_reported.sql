{{ config(materialized='view') }}
-- Sales that an OEM accepted, unwound ones among them, with the deal they tell of. What the OEM was told decides
-- what the car is; the DMS adds what the RDR leaves out.
with reports as (

    select * from {{ ref('int_rdrs_current') }}
    where rdr_status in ('accepted', 'unwound')

)

select
    reports.rdr_id as sale_id,
    reports.oem_code,
    reports.dealer_code,
    reports.vin,
    reports.stock_type,
    reports.sale_type,
    reports.unit_class_id,
    reports.is_vin_valid,
    coalesce(reports.msrp_amount, deals.msrp_amount) as msrp_amount,
    reports.sale_date as rdr_counting_date,
    coalesce(deals.delivery_date, reports.sale_date) as delivery_counting_date,
    reports.rdr_number,
    reports.rdr_status,
    reports.submitted_at,
    reports.accepted_at,
    reports.accepted_date,
    reports.unwound_at,
    reports.unwound_date,
    reports.reject_reason,
    deals.rdr_id is not null as is_delivered,
    deals.deal_number,
    deals.deal_status,
    deals.delivery_date,
    reports.source_file,
    reports.source_row
from reports
left join {{ ref('int_rdr_deals') }} as deals
    on reports.rdr_id = deals.rdr_id
