{{ config(materialized='view') }}
-- One sale per car, program, rooftop and period: the one that stands, with unwinds that land in this period. A car
-- whose unwind lands here without another sale of it in the period has a row of its own.
with standing_sales as (

    select
        judged.*,
        coalesce(ranked.is_duplicate, false) as is_duplicate,
        recalled.sale_id is not null as has_open_recall
    from {{ ref('int_sales_judged') }} as judged
    left join {{ ref('int_sales_ranked') }} as ranked
        on
            judged.program_code = ranked.program_code
            and judged.period_code = ranked.period_code
            and judged.sale_id = ranked.sale_id
    left join {{ ref('int_sales_recalled') }} as recalled
        on judged.sale_id = recalled.sale_id
    where coalesce(ranked.period_rank, 1) = 1

),

landed_unwinds as (

    select * from {{ ref('int_unwinds_landed') }}
    where unwind_number = 1

),

sales_with_unwinds as (

    select
        sales.rooftop_id,
        sales.oem_code,
        sales.dealer_code,
        sales.program_code,
        sales.program_version,
        sales.period_code,
        sales.period_start_date,
        sales.period_end_date,
        sales.bulletin_number,
        sales.vin,
        sales.make,
        sales.model,
        sales.trim,
        sales.model_year,
        sales.powertrain,
        sales.stock_type,
        sales.sale_type,
        sales.unit_class_id,
        sales.segment_code,
        sales.counting_date,
        sales.rdr_counting_date as sale_date,
        sales.rdr_number,
        sales.rdr_status,
        sales.submitted_at,
        sales.accepted_at,
        sales.accepted_date,
        sales.unwound_at,
        sales.unwound_date,
        sales.deal_number,
        sales.deal_status,
        sales.delivery_date,
        sales.msrp_amount,
        sales.has_open_recall,
        sales.other_dealer_code,
        sales.reject_reason,
        sales.is_class_counted,
        sales.is_class_paid,
        sales.counted_element_codes,
        sales.paid_element_codes,
        sales.class_reason_code,
        sales.class_pay_reason_code,
        case when sales.is_duplicate then 'duplicate_vin' else sales.verdict_code end as verdict_code,
        case when sales.is_duplicate then 'not_counted' else sales.verdict_state end as count_state,
        case when landed_unwinds.sale_id is null then 0 else 1 end as reversed_units,
        landed_unwinds.unwound_date as reversed_date,
        coalesce(landed_unwinds.msrp_amount, 0) as reversed_msrp_amount,
        landed_unwinds.unit_class_id as reversed_unit_class_id,
        sales.source_file,
        sales.source_row
    from standing_sales as sales
    left join landed_unwinds
        on
            sales.program_code = landed_unwinds.program_code
            and sales.rooftop_id = landed_unwinds.rooftop_id
            and sales.period_code = landed_unwinds.unwind_period_code
            and sales.vin = landed_unwinds.vin

)

select * from sales_with_unwinds
union all
select * from {{ ref('int_unwinds_alone') }}
