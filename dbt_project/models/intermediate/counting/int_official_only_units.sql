-- Cars that the OEM counts in a period and that we have no sale of there, with what we do know of them: a sale on a
-- date outside the period, a sale under another dealer code, or nothing at all.
with officially_counted as (

    select
        periods.rooftop_id,
        lists.oem_code,
        lists.dealer_code,
        lists.program_code,
        periods.program_version,
        lists.period_code,
        periods.period_start_date,
        periods.period_end_date,
        periods.bulletin_number,
        lists.vin,
        lists.source_file,
        lists.source_row
    from {{ ref('int_official_lists') }} as lists
    inner join {{ ref('int_enrolled_periods') }} as periods
        on
            lists.oem_code = periods.oem_code
            and lists.dealer_code = periods.dealer_code
            and lists.program_code = periods.program_code
            and lists.period_code = periods.period_code
    where lists.is_counted

),

counted_vins as (

    select distinct vin
    from officially_counted

),

units as (

    select
        judged.program_code,
        judged.rooftop_id,
        judged.period_code,
        judged.vin
    from {{ ref('int_sales_judged') }} as judged
    inner join counted_vins
        on judged.vin = counted_vins.vin
    union
    select
        program_code,
        rooftop_id,
        period_code,
        vin
    from {{ ref('int_unwinds_alone') }}

),

without_sale as (

    select officially_counted.*
    from officially_counted
    left join units
        on
            officially_counted.program_code = units.program_code
            and officially_counted.rooftop_id = units.rooftop_id
            and officially_counted.period_code = units.period_code
            and officially_counted.vin = units.vin
    where units.vin is null

),

known_sales as (

    select
        sales.*,
        without_sale.program_code,
        without_sale.period_code,
        without_sale.rooftop_id as list_rooftop_id,
        sales.dealer_code = without_sale.dealer_code as is_same_code,
        recalled.sale_id is not null as is_recalled,
        row_number() over (
            partition by
                without_sale.program_code, without_sale.rooftop_id, without_sale.period_code, without_sale.vin
            order by
                case when sales.dealer_code = without_sale.dealer_code then 0 else 1 end,
                abs({{ dbt.datediff("without_sale.period_end_date", "sales.rdr_counting_date", "day") }}),
                sales.sale_id
        ) as sale_number
    from without_sale
    inner join {{ ref('int_sales') }} as sales
        on
            without_sale.vin = sales.vin
            and without_sale.oem_code = sales.oem_code
    left join {{ ref('int_sales_recalled') }} as recalled
        on sales.sale_id = recalled.sale_id

)

select
    without_sale.rooftop_id,
    without_sale.oem_code,
    without_sale.dealer_code,
    without_sale.program_code,
    without_sale.program_version,
    without_sale.period_code,
    without_sale.period_start_date,
    without_sale.period_end_date,
    without_sale.bulletin_number,
    without_sale.vin,
    classes.make,
    classes.model,
    classes.trim,
    classes.model_year,
    classes.powertrain,
    sales.stock_type,
    sales.sale_type,
    sales.unit_class_id,
    segments.segment_code,
    sales.rdr_counting_date as counting_date,
    sales.rdr_counting_date as sale_date,
    sales.rdr_number,
    coalesce(sales.rdr_status, 'none') as rdr_status,
    sales.submitted_at,
    sales.accepted_at,
    sales.accepted_date,
    sales.unwound_at,
    sales.unwound_date,
    sales.deal_number,
    sales.deal_status,
    sales.delivery_date,
    sales.msrp_amount,
    coalesce(sales.is_recalled, false) as has_open_recall,
    case when not sales.is_same_code then sales.dealer_code end as other_dealer_code,
    sales.reject_reason,
    false as is_class_counted,
    false as is_class_paid,
    cast(null as varchar) as counted_element_codes,
    cast(null as varchar) as paid_element_codes,
    cast(null as varchar) as class_reason_code,
    'not_counted' as class_pay_reason_code,
    case
        when sales.sale_id is null then 'not_in_feeds'
        when not sales.is_same_code then 'counted_under_other_code'
        when sales.rdr_counting_date between without_sale.period_start_date and without_sale.period_end_date
            then 'wrong_make'
        else 'outside_period'
    end as verdict_code,
    'not_counted' as count_state,
    0 as reversed_units,
    cast(null as date) as reversed_date,
    0 as reversed_msrp_amount,
    cast(null as varchar) as reversed_unit_class_id,
    without_sale.source_file,
    without_sale.source_row
from without_sale
left join known_sales as sales
    on
        without_sale.program_code = sales.program_code
        and without_sale.period_code = sales.period_code
        and without_sale.rooftop_id = sales.list_rooftop_id
        and without_sale.vin = sales.vin
        and sales.sale_number = 1
left join {{ ref('int_unit_classes') }} as classes
    on sales.unit_class_id = classes.unit_class_id
left join {{ source('compiled', 'segments') }} as segments
    on sales.unit_class_id = segments.unit_class_id
