{{ config(materialized='view') }}
-- Each sale in each enrolled program and period that its counting date falls into, with what the program makes of
-- its class. Cars of a make that the program isn't about are left out.
with program_days as (

    select * from {{ ref('int_program_days') }}

),

by_report_date as (

    select
        sales.*,
        program_days.program_code,
        program_days.program_version,
        program_days.period_code,
        program_days.period_start_date,
        program_days.period_end_date,
        program_days.report_deadline_date,
        program_days.report_days_after_sale,
        program_days.unwind_lands,
        program_days.bulletin_number,
        sales.rdr_counting_date as counting_date
    from {{ ref('int_sales') }} as sales
    inner join program_days
        on
            sales.oem_code = program_days.oem_code
            and sales.rdr_counting_date = program_days.date_day
    where program_days.basis = 'rdr'

),

by_delivery_date as (

    select
        sales.*,
        program_days.program_code,
        program_days.program_version,
        program_days.period_code,
        program_days.period_start_date,
        program_days.period_end_date,
        program_days.report_deadline_date,
        program_days.report_days_after_sale,
        program_days.unwind_lands,
        program_days.bulletin_number,
        sales.delivery_counting_date as counting_date
    from {{ ref('int_sales') }} as sales
    inner join program_days
        on
            sales.oem_code = program_days.oem_code
            and sales.delivery_counting_date = program_days.date_day
    where program_days.basis = 'delivery'

),

by_shipment_date as (

    select
        shipments.*,
        program_days.program_code,
        program_days.program_version,
        program_days.period_code,
        program_days.period_start_date,
        program_days.period_end_date,
        program_days.report_deadline_date,
        program_days.report_days_after_sale,
        program_days.unwind_lands,
        program_days.bulletin_number,
        shipments.rdr_counting_date as counting_date
    from {{ ref('int_shipments') }} as shipments
    inner join program_days
        on
            shipments.oem_code = program_days.oem_code
            and shipments.rdr_counting_date = program_days.date_day
    where program_days.basis = 'wholesale'

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
    classes.make,
    classes.model,
    classes.trim,
    classes.model_year,
    classes.powertrain,
    classes.segment_code,
    classes.is_counted as is_class_counted,
    classes.is_paid as is_class_paid,
    classes.counted_element_codes,
    classes.paid_element_codes,
    classes.reason_code as class_reason_code,
    classes.pay_reason_code as class_pay_reason_code
from dated_sales
inner join {{ source('compiled', 'enrolments') }} as enrolments
    on
        dated_sales.program_code = enrolments.program_code
        and dated_sales.program_version = enrolments.program_version
        and dated_sales.rooftop_id = enrolments.rooftop_id
        and dated_sales.dealer_code = enrolments.dealer_code
        and dated_sales.counting_date between {{ since("enrolments.from_date") }} and {{ until("enrolments.to_date") }}
inner join {{ ref('int_class_memberships') }} as classes
    on
        dated_sales.unit_class_id = classes.unit_class_id
        and dated_sales.program_code = classes.program_code
        and dated_sales.program_version = classes.program_version
