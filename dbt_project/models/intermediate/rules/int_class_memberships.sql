-- What a program version makes of a class of units, over all its elements: which count it, which pay it, and if
-- none counts it, why; and what the class is. Of several reasons the one that failed last is told: a certified loaner
-- is closer to being wrong by its sale type than by not being new. Classes of makes that the program isn't about have
-- no row: they would be most of the rows and explain nothing.
with memberships as (

    select
        memberships.*,
        elements.element_order,
        segments.segment_code,
        case memberships.reason_code
            when 'wrong_make' then 1
            when 'wrong_model' then 2
            when 'wrong_trim' then 3
            when 'wrong_model_year' then 4
            when 'wrong_powertrain' then 5
            when 'wrong_stock_type' then 6
            when 'wrong_sale_type' then 7
            else 0
        end as reason_depth
    from {{ source('compiled', 'memberships') }} as memberships
    inner join {{ source('compiled', 'elements') }} as elements
        on
            memberships.program_code = elements.program_code
            and memberships.program_version = elements.program_version
            and memberships.element_code = elements.element_code
    left join {{ source('compiled', 'segments') }} as segments
        on memberships.unit_class_id = segments.unit_class_id
    where
        memberships.is_counted
        or memberships.is_paid
        or memberships.reason_code not in ('wrong_make', 'not_counted')

),

ordered_reasons as (

    select
        *,
        row_number() over (
            partition by unit_class_id, program_code, program_version
            order by reason_depth desc, element_order, element_code
        ) as reason_number,
        row_number() over (
            partition by unit_class_id, program_code, program_version
            order by
                case when is_counted then 0 else 1 end, reason_depth desc, element_order, element_code
        ) as pay_reason_number
    from memberships

),

class_memberships as (

    select
        unit_class_id,
        program_code,
        program_version,
        min(segment_code) as segment_code,
        max(case when is_counted then 1 else 0 end) = 1 as is_counted,
        max(case when is_paid then 1 else 0 end) = 1 as is_paid,
        {{ dbt.listagg("case when is_counted then element_code end", "','", "order by element_order, element_code") }}
            as counted_element_codes,
        {{ dbt.listagg("case when is_paid then element_code end", "','", "order by element_order, element_code") }}
            as paid_element_codes,
        max(case when reason_number = 1 then reason_code end) as reason_code,
        max(case when pay_reason_number = 1 then pay_reason_code end) as pay_reason_code
    from ordered_reasons
    group by unit_class_id, program_code, program_version

)

select
    class_memberships.*,
    unit_classes.make,
    unit_classes.model,
    unit_classes.trim,
    unit_classes.model_year,
    unit_classes.powertrain
from class_memberships
inner join {{ ref('int_unit_classes') }} as unit_classes
    on class_memberships.unit_class_id = unit_classes.unit_class_id
