-- Front gross of each car the store delivered at retail of late: where a plan's own cost of an extra unit comes from.
select
    deal_id,
    rooftop_id,
    vin,
    make,
    model,
    model_year,
    stock_type,
    delivery_date,
    front_gross_amount
from {{ ref('int_deals_latest') }}
where
    sale_type = 'retail'
    and deal_status in ('delivered', 'finalized')
    and front_gross_amount is not null
    and delivery_date <= {{ as_of_date() }}
    and {{ dbt.datediff("delivery_date", as_of_date(), "day") }} < {{ var('recent_gross_days') }}
