-- Every sale of a car under a dealer code, once, up to the as-of date: accepted by the OEM (perhaps unwound since),
-- delivered by the DMS and not accepted, or only submitted. Programs are asked about sales; this knows none.
with sales as (

    select * from {{ ref('int_sales_reported') }}
    union all
    select * from {{ ref('int_sales_delivered') }}
    union all
    select * from {{ ref('int_sales_submitted') }}

),

accepted_elsewhere as (

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
        and abs({{ dbt.datediff("reported.sale_date", "delivered.delivery_date", "day") }})
        <= {{ var('sale_match_days') }}
    group by delivered.sale_id

),

open_recalls as (

    select distinct sales.sale_id
    from sales
    inner join {{ ref('int_recalls_latest') }} as recalls
        on
            sales.vin = recalls.vin
            and sales.oem_code = recalls.oem_code
            and sales.delivery_counting_date >= recalls.opened_date
            and (recalls.remedied_date is null or sales.delivery_counting_date < recalls.remedied_date)

)

select
    dealer_codes.rooftop_id,
    sales.*,
    accepted_elsewhere.other_dealer_code,
    open_recalls.sale_id is not null as has_open_recall
from sales
left join {{ ref('int_dealer_codes') }} as dealer_codes
    on
        sales.oem_code = dealer_codes.oem_code
        and sales.dealer_code = dealer_codes.dealer_code
        and sales.rdr_counting_date >= coalesce(dealer_codes.from_date, sales.rdr_counting_date)
        and sales.rdr_counting_date <= dealer_codes.to_date
left join accepted_elsewhere
    on sales.sale_id = accepted_elsewhere.sale_id
left join open_recalls
    on sales.sale_id = open_recalls.sale_id
where sales.rdr_counting_date <= {{ as_of_date() }}
