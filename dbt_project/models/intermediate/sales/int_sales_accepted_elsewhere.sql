-- Delivered sales without an accepted RDR of their own whose car the OEM accepted under another dealer code.
select
    delivered.sale_id,
    min(reported.dealer_code) as other_dealer_code
from {{ ref('int_sales_delivered') }} as delivered
inner join {{ ref('int_rdrs_current') }} as reported
    on
        delivered.vin = reported.vin
        and delivered.oem_code = reported.oem_code
        and delivered.dealer_code <> reported.dealer_code
where
    reported.rdr_status = 'accepted'
    and abs({{ dbt.datediff("reported.sale_date", "delivered.delivery_date", "day") }}) <= {{ var('sale_match_days') }}
group by delivered.sale_id
