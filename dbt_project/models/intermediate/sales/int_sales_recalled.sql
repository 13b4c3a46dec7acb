-- Sales of cars that were delivered (or shipped) with an open recall: opened by that day, and not remedied before it.
with counted_sales as (

    select sale_id, vin, oem_code, delivery_counting_date
    from {{ ref('int_sales') }}
    union all
    select sale_id, vin, oem_code, delivery_counting_date
    from {{ ref('int_shipments') }}

)

select distinct sales.sale_id
from counted_sales as sales
inner join {{ ref('int_recalls_latest') }} as recalls
    on
        sales.vin = recalls.vin
        and sales.oem_code = recalls.oem_code
        and sales.delivery_counting_date >= recalls.opened_date
        and (recalls.remedied_date is null or sales.delivery_counting_date < recalls.remedied_date)
