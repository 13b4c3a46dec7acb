-- Unwinds that land in a period with no other sale of the car: a row of their own, which takes a unit back, by the
-- rules of that period.
with landed_unwinds as (

    select * from {{ ref('int_unwinds_landed') }}
    where unwind_number = 1

),

unwound_vins as (

    select distinct vin
    from landed_unwinds

),

other_sales as (

    select distinct
        judged.program_code,
        judged.rooftop_id,
        judged.period_code,
        judged.vin
    from {{ ref('int_sales_judged') }} as judged
    inner join unwound_vins
        on judged.vin = unwound_vins.vin

)

select
    unwinds.rooftop_id,
    unwinds.oem_code,
    unwinds.dealer_code,
    unwinds.program_code,
    unwinds.unwind_program_version as program_version,
    unwinds.unwind_period_code as period_code,
    unwinds.unwind_period_start_date as period_start_date,
    unwinds.unwind_period_end_date as period_end_date,
    unwinds.unwind_bulletin_number as bulletin_number,
    unwinds.vin,
    unwinds.make,
    unwinds.model,
    unwinds.trim,
    unwinds.model_year,
    unwinds.powertrain,
    unwinds.stock_type,
    unwinds.sale_type,
    unwinds.unit_class_id,
    unwinds.segment_code,
    unwinds.unwound_date as counting_date,
    unwinds.rdr_counting_date as sale_date,
    unwinds.rdr_number,
    unwinds.rdr_status,
    unwinds.submitted_at,
    unwinds.accepted_at,
    unwinds.accepted_date,
    unwinds.unwound_at,
    unwinds.unwound_date,
    unwinds.deal_number,
    unwinds.deal_status,
    unwinds.delivery_date,
    unwinds.msrp_amount,
    unwinds.has_open_recall,
    unwinds.other_dealer_code,
    unwinds.reject_reason,
    coalesce(classes.is_counted, false) as is_class_counted,
    coalesce(classes.is_paid, false) as is_class_paid,
    classes.counted_element_codes,
    classes.paid_element_codes,
    classes.reason_code as class_reason_code,
    classes.pay_reason_code as class_pay_reason_code,
    'unwound' as verdict_code,
    'not_counted' as count_state,
    1 as reversed_units,
    unwinds.unwound_date as reversed_date,
    coalesce(unwinds.msrp_amount, 0) as reversed_msrp_amount,
    unwinds.unit_class_id as reversed_unit_class_id,
    unwinds.source_file,
    unwinds.source_row
from landed_unwinds as unwinds
left join other_sales
    on
        unwinds.program_code = other_sales.program_code
        and unwinds.rooftop_id = other_sales.rooftop_id
        and unwinds.unwind_period_code = other_sales.period_code
        and unwinds.vin = other_sales.vin
left join {{ ref('int_class_memberships') }} as classes
    on
        unwinds.unit_class_id = classes.unit_class_id
        and unwinds.program_code = classes.program_code
        and unwinds.unwind_program_version = classes.program_version
where other_sales.vin is null
