-- Every sale of a car under a dealer code, once, up to the as-of date: accepted by the OEM (perhaps unwound since),
-- delivered by the DMS and not accepted (here), or only submitted. Programs are asked about sales; this knows none.
with sales as (

    select * from {{ ref('int_sales_reported') }}
    union all
    select * from {{ ref('int_sales_delivered') }}
    union all
    select * from {{ ref('int_sales_submitted') }}

)

select
    dealer_codes.rooftop_id,
    sales.*,
    accepted_elsewhere.other_dealer_code
from sales
left join {{ ref('int_dealer_codes') }} as dealer_codes
    on
        sales.oem_code = dealer_codes.oem_code
        and sales.dealer_code = dealer_codes.dealer_code
        and sales.rdr_counting_date between dealer_codes.from_date and dealer_codes.to_date
left join {{ ref('int_sales_accepted_elsewhere') }} as accepted_elsewhere
    on sales.sale_id = accepted_elsewhere.sale_id
where sales.rdr_counting_date <= {{ as_of_date() }}
