-- Eligible cars per rooftop, segment and day: reported, or delivered and pending. What a forecast learns from; cars
-- that no program counts or pays have segment 'none' and are left out.
with eligible_sales as (

    select
        sales.rooftop_id,
        segments.segment_code,
        sales.rdr_counting_date as counting_date,
        sales.vin,
        sales.msrp_amount,
        sales.rdr_status = 'accepted' as is_reported
    from {{ ref('int_sales') }} as sales
    inner join {{ source('compiled', 'segments') }} as segments
        on sales.unit_class_id = segments.unit_class_id
    where
        sales.rooftop_id is not null
        and sales.is_vin_valid
        and segments.segment_code <> 'none'
        and (
            sales.rdr_status = 'accepted'
            or (sales.rdr_status <> 'unwound' and sales.is_delivered and sales.other_dealer_code is null)
        )

)

select
    rooftop_id,
    segment_code,
    counting_date,
    cast(count(distinct vin) as integer) as eligible_units,
    cast(count(distinct case when is_reported then vin end) as integer) as reported_units,
    cast(sum(coalesce(msrp_amount, 0)) as decimal(14, 2)) as msrp_amount
from eligible_sales
group by rooftop_id, segment_code, counting_date
