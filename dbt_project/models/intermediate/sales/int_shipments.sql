-- Cars that the OEM shipped to a dealer code, in the columns of a sale: programs that count by wholesale are asked
-- about these alone, all others about sales. A shipment is known to the OEM at once; cancelled, it is unwound.
select
    dealer_codes.rooftop_id,
    shipments.shipment_id as sale_id,
    shipments.oem_code,
    shipments.dealer_code,
    shipments.vin,
    shipments.stock_type,
    shipments.sale_type,
    shipments.unit_class_id,
    shipments.is_vin_valid,
    shipments.msrp_amount,
    shipments.shipped_date as rdr_counting_date,
    shipments.shipped_date as delivery_counting_date,
    shipments.invoice_number as rdr_number,
    case when shipments.cancelled_date is null then 'accepted' else 'unwound' end as rdr_status,
    cast(null as timestamp with time zone) as submitted_at,
    cast(null as timestamp with time zone) as accepted_at,
    shipments.shipped_date as accepted_date,
    cast(null as timestamp with time zone) as unwound_at,
    shipments.cancelled_date as unwound_date,
    cast(null as varchar) as reject_reason,
    false as is_delivered,
    cast(null as varchar) as deal_number,
    cast(null as varchar) as deal_status,
    cast(null as date) as delivery_date,
    shipments.source_file,
    shipments.source_row,
    cast(null as varchar) as other_dealer_code
from {{ ref('int_shipments_latest') }} as shipments
left join {{ ref('int_dealer_codes') }} as dealer_codes
    on
        shipments.oem_code = dealer_codes.oem_code
        and shipments.dealer_code = dealer_codes.dealer_code
        and shipments.shipped_date between dealer_codes.from_date and dealer_codes.to_date
