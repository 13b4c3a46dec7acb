{{ config(materialized='view') }}
-- Each sale in each enrolled program and period that its counting date falls into, with what the program makes of
-- its class. Cars of a make that the program isn't about are left out.
with enrolled_days as (

    select * from {{ ref('int_enrolled_days') }}

),

by_report_date as (

    select
        sales.*,
        enrolled_days.program_code,
        enrolled_days.program_version,
        enrolled_days.period_code,
        sales.rdr_counting_date as counting_date
    from {{ ref('int_sales') }} as sales
    inner join enrolled_days
        on
            sales.rooftop_id = enrolled_days.rooftop_id
            and sales.oem_code = enrolled_days.oem_code
            and sales.dealer_code = enrolled_days.dealer_code
            and sales.rdr_counting_date = enrolled_days.date_day
    where enrolled_days.basis = 'rdr'

),

by_delivery_date as (

    select
        sales.*,
        enrolled_days.program_code,
        enrolled_days.program_version,
        enrolled_days.period_code,
        sales.delivery_counting_date as counting_date
    from {{ ref('int_sales') }} as sales
    inner join enrolled_days
        on
            sales.rooftop_id = enrolled_days.rooftop_id
            and sales.oem_code = enrolled_days.oem_code
            and sales.dealer_code = enrolled_days.dealer_code
            and sales.delivery_counting_date = enrolled_days.date_day
    where enrolled_days.basis = 'delivery'

),

by_shipment_date as (

    select
        shipments.*,
        enrolled_days.program_code,
        enrolled_days.program_version,
        enrolled_days.period_code,
        shipments.rdr_counting_date as counting_date
    from {{ ref('int_shipments') }} as shipments
    inner join enrolled_days
        on
            shipments.rooftop_id = enrolled_days.rooftop_id
            and shipments.oem_code = enrolled_days.oem_code
            and shipments.dealer_code = enrolled_days.dealer_code
            and shipments.rdr_counting_date = enrolled_days.date_day
    where enrolled_days.basis = 'wholesale'

),

dated_sales as (

    select * from by_report_date
    union all
    select * from by_delivery_date
    union all
    select * from by_shipment_date

)

select
    dated_sales.*,
    classes.segment_code,
    classes.is_counted as is_class_counted,
    classes.is_paid as is_class_paid,
    classes.counted_element_codes,
    classes.paid_element_codes,
    classes.reason_code as class_reason_code,
    classes.pay_reason_code as class_pay_reason_code
from dated_sales
inner join {{ ref('int_class_memberships') }} as classes
    on
        dated_sales.unit_class_id = classes.unit_class_id
        and dated_sales.program_code = classes.program_code
        and dated_sales.program_version = classes.program_version
