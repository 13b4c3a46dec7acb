-- Unwinds that their program books in the period of the unwind: one unit back, in the period that holds the day it
-- was unwound, for a sale that had counted in an earlier one.
with unwound_sales as (

    select
        judged.*,
        recalled.sale_id is not null as has_open_recall
    from {{ ref('int_sales_judged') }} as judged
    left join {{ ref('int_sales_ranked') }} as ranked
        on
            judged.program_code = ranked.program_code
            and judged.rooftop_id = ranked.rooftop_id
            and judged.period_code = ranked.period_code
            and judged.sale_id = ranked.sale_id
    left join {{ ref('int_sales_recalled') }} as recalled
        on judged.sale_id = recalled.sale_id
    where
        judged.unwind_lands = 'unwind_period'
        and judged.rdr_status = 'unwound'
        and judged.verdict_state = 'reported'
        and coalesce(ranked.period_rank, 1) = 1

)

select
    periods.program_version as unwind_program_version,
    periods.period_code as unwind_period_code,
    periods.period_start_date as unwind_period_start_date,
    periods.period_end_date as unwind_period_end_date,
    periods.bulletin_number as unwind_bulletin_number,
    unwound_sales.*,
    row_number() over (
        partition by unwound_sales.program_code, unwound_sales.rooftop_id, periods.period_code, unwound_sales.vin
        order by unwound_sales.unwound_at, unwound_sales.sale_id
    ) as unwind_number
from unwound_sales
inner join {{ ref('int_enrolled_periods') }} as periods
    on
        unwound_sales.rooftop_id = periods.rooftop_id
        and unwound_sales.program_code = periods.program_code
        and unwound_sales.unwound_date between periods.period_start_date and periods.period_end_date
