-- Sales that the DMS says were delivered and no OEM has accepted, with the RDR that is on its way, if any.
with unreported_deals as (

    select
        deals.*,
        reports.open_rdr_id
    from {{ ref('int_deals_delivered') }} as deals
    left join {{ ref('int_deal_reports') }} as reports
        on deals.deal_id = reports.deal_id
    where
        reports.deal_id is null
        or not (reports.is_accepted or reports.is_unwound)

)

select
    deals.deal_id as sale_id,
    deals.oem_code,
    deals.dealer_code,
    deals.vin,
    deals.stock_type,
    deals.sale_type,
    deals.unit_class_id,
    deals.is_vin_valid,
    deals.msrp_amount,
    deals.delivery_date as rdr_counting_date,
    deals.delivery_date as delivery_counting_date,
    reports.rdr_number,
    coalesce(reports.rdr_status, 'none') as rdr_status,
    reports.submitted_at,
    reports.accepted_at,
    reports.accepted_date,
    reports.unwound_at,
    reports.unwound_date,
    reports.reject_reason,
    true as is_delivered,
    deals.deal_number,
    deals.deal_status,
    deals.delivery_date,
    deals.source_file,
    deals.source_row
from unreported_deals as deals
left join {{ ref('int_rdrs_current') }} as reports
    on deals.open_rdr_id = reports.rdr_id
