-- Accepted cars, and shipped ones, per dealer code, class and day, for counts of a base. A new car accepted twice (or
-- shipped twice) counts on its first day.
with sales as (

    select *, false as is_shipment from {{ ref('int_sales') }}
    union all
    select *, true as is_shipment from {{ ref('int_shipments') }}

),

accepted_sales as (

    select
        sales.is_shipment,
        sales.oem_code,
        sales.dealer_code,
        sales.rdr_counting_date,
        sales.unit_class_id,
        sales.vin,
        sales.stock_type,
        sales.accepted_at,
        sales.sale_id,
        repeated_vins.vin is not null as is_repeated
    from sales
    left join {{ ref('int_repeated_vins') }} as repeated_vins
        on sales.vin = repeated_vins.vin
    where
        sales.rdr_status = 'accepted'
        and sales.is_vin_valid

),

later_sales_of_new_cars as (

    select sale_id
    from (
        select
            sale_id,
            row_number() over (
                partition by is_shipment, oem_code, dealer_code, vin
                order by rdr_counting_date, accepted_at, sale_id
            ) as sale_number
        from accepted_sales
        where is_repeated and stock_type = 'new'
    ) as ordered_sales
    where sale_number > 1

)

select
    accepted_sales.is_shipment,
    accepted_sales.oem_code,
    accepted_sales.dealer_code,
    accepted_sales.rdr_counting_date as date_day,
    accepted_sales.unit_class_id,
    count(*) as unit_count
from accepted_sales
left join later_sales_of_new_cars
    on accepted_sales.sale_id = later_sales_of_new_cars.sale_id
where later_sales_of_new_cars.sale_id is null
group by
    accepted_sales.is_shipment,
    accepted_sales.oem_code,
    accepted_sales.dealer_code,
    accepted_sales.rdr_counting_date,
    accepted_sales.unit_class_id
