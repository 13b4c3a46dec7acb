{{ config(materialized='view') }}
-- Sales that only an open RDR tells of: submitted or rejected, no delivery in the DMS that it belongs to, and no
-- accepted RDR of the same car that took its place.
with open_reports as (

    select * from {{ ref('int_rdrs_current') }}
    where rdr_status in ('submitted', 'rejected')

),

accepted_reports as (

    select
        oem_code,
        dealer_code,
        vin,
        sale_date
    from {{ ref('int_rdrs_current') }}
    where rdr_status = 'accepted'

),

delivered_sales as (

    select distinct rdr_number, oem_code, dealer_code
    from {{ ref('int_sales_delivered') }}
    where rdr_number is not null

),

superseded_reports as (

    select distinct open_reports.rdr_id
    from open_reports
    inner join accepted_reports
        on
            open_reports.vin = accepted_reports.vin
            and open_reports.oem_code = accepted_reports.oem_code
            and open_reports.dealer_code = accepted_reports.dealer_code
    where
        abs({{ dbt.datediff("open_reports.sale_date", "accepted_reports.sale_date", "day") }})
        <= {{ var('sale_match_days') }}

)

select
    open_reports.rdr_id as sale_id,
    open_reports.oem_code,
    open_reports.dealer_code,
    open_reports.vin,
    open_reports.stock_type,
    open_reports.sale_type,
    open_reports.unit_class_id,
    open_reports.is_vin_valid,
    open_reports.msrp_amount,
    open_reports.sale_date as rdr_counting_date,
    open_reports.sale_date as delivery_counting_date,
    open_reports.rdr_number,
    open_reports.rdr_status,
    open_reports.submitted_at,
    open_reports.accepted_at,
    open_reports.accepted_date,
    open_reports.unwound_at,
    open_reports.unwound_date,
    open_reports.reject_reason,
    false as is_delivered,
    cast(null as varchar) as deal_number,
    cast(null as varchar) as deal_status,
    cast(null as date) as delivery_date,
    open_reports.source_file,
    open_reports.source_row
from open_reports
left join delivered_sales
    on
        open_reports.rdr_number = delivered_sales.rdr_number
        and open_reports.oem_code = delivered_sales.oem_code
        and open_reports.dealer_code = delivered_sales.dealer_code
left join superseded_reports
    on open_reports.rdr_id = superseded_reports.rdr_id
where
    delivered_sales.rdr_number is null
    and superseded_reports.rdr_id is null
