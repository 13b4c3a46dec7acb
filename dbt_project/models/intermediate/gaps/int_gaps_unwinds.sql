{{ config(materialized='view') }}
-- Days on which a rooftop had several reports accepted and unwound again: a pattern that an auditor would ask about. It
-- is pointed out, not judged; one or two happen when a customer's financing fails.
with same_day_unwinds as (

    select
        rooftop_id,
        unwound_date,
        count(*) as unwind_count,
        {{ dbt.listagg("vin", "', '", "order by vin") }} as vins,
        max(source_file) as source_file
    from {{ ref('int_sales') }}
    where
        rdr_status = 'unwound'
        and accepted_date = unwound_date
        and rooftop_id is not null
        and unwound_date > cast({{ dbt.dateadd("day", -1 * var("pattern_look_back_days"), as_of_date()) }} as date)
    group by rooftop_id, unwound_date

)

select
    'same_day_unwinds' as gap_code,
    rooftop_id,
    cast(null as varchar) as program_code,
    cast(null as varchar) as period_code,
    cast(unwound_date as varchar) as gap_key,
    'warning' as severity,
    unwind_count || ' sales reported and unwound on ' || unwound_date as title,
    'Cars that are reported as sold and taken back the same day are what an auditor asks about first. Have the '
    || 'paperwork of each at hand.' as detail,
    cast(0 as decimal(14, 2)) as amount_at_risk,
    cast(null as date) as last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    'VINs ' || vins || '.' as evidence_text,
    source_file,
    cast(null as bigint) as source_row
from same_day_unwinds
where unwind_count >= {{ var('pattern_unwind_count') }}
