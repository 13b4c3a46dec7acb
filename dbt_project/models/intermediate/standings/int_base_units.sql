-- Last year's units for elements that pay growth or cap by it: cars counted (or shipped) in the base period under the
-- same dealer code, whoever held it, by the rules of this year. Null where the OEM's reports don't reach back that far:
-- an unknown base is no base of zero.
with growth_elements as (

    select
        rooftop_id,
        oem_code,
        dealer_code,
        program_code,
        program_version,
        period_code,
        element_code,
        basis = 'wholesale' as is_shipment,
        base_start_date,
        base_end_date
    from {{ ref('int_enrolled_elements') }}
    where target_kind = 'growth' or cap_base_kind = 'growth'

),

first_reports as (

    select
        false as is_shipment,
        oem_code,
        min(sale_date) as first_sale_date
    from {{ ref('int_rdrs_current') }}
    group by oem_code
    union all
    select
        true as is_shipment,
        oem_code,
        min(shipped_date) as first_sale_date
    from {{ ref('int_shipments_latest') }}
    group by oem_code

),

base_classes as (

    select
        growth_elements.rooftop_id,
        growth_elements.program_code,
        growth_elements.program_version,
        growth_elements.period_code,
        growth_elements.element_code,
        sales.unit_class_id,
        sum(sales.unit_count) as unit_count
    from {{ ref('int_sales_by_day') }} as sales
    inner join growth_elements
        on
            sales.is_shipment = growth_elements.is_shipment
            and sales.oem_code = growth_elements.oem_code
            and sales.dealer_code = growth_elements.dealer_code
            and sales.date_day between growth_elements.base_start_date and growth_elements.base_end_date
    group by
        growth_elements.rooftop_id,
        growth_elements.program_code,
        growth_elements.program_version,
        growth_elements.period_code,
        growth_elements.element_code,
        sales.unit_class_id

),

base_sales as (

    select
        base_classes.rooftop_id,
        base_classes.program_code,
        base_classes.period_code,
        base_classes.element_code,
        sum(base_classes.unit_count) as base_units
    from base_classes
    inner join {{ source('compiled', 'memberships') }} as memberships
        on
            base_classes.unit_class_id = memberships.unit_class_id
            and base_classes.program_code = memberships.program_code
            and base_classes.program_version = memberships.program_version
            and base_classes.element_code = memberships.element_code
    where memberships.is_counted
    group by
        base_classes.rooftop_id, base_classes.program_code, base_classes.period_code, base_classes.element_code

)

select
    growth_elements.rooftop_id,
    growth_elements.program_code,
    growth_elements.period_code,
    growth_elements.element_code,
    case
        when
            first_reports.first_sale_date
            <= cast({{ dbt.dateadd("day", var("base_slack_days"), "growth_elements.base_start_date") }} as date)
            then cast(coalesce(base_sales.base_units, 0) as integer)
    end as base_units
from growth_elements
left join first_reports
    on
        growth_elements.oem_code = first_reports.oem_code
        and growth_elements.is_shipment = first_reports.is_shipment
left join base_sales
    on
        growth_elements.rooftop_id = base_sales.rooftop_id
        and growth_elements.program_code = base_sales.program_code
        and growth_elements.period_code = base_sales.period_code
        and growth_elements.element_code = base_sales.element_code
