-- Of several sales of one car, which one stands. A car is new once: among new sales that still hold, the first one
-- counts for a program and dealer code, the rest are duplicates, in whatever period. Then one row a period is kept:
-- reported before pending before the rest.
with repeated_sales as (

    select judged.*
    from {{ ref('int_sales_judged') }} as judged
    inner join {{ ref('int_repeated_vins') }} as repeated_vins
        on judged.vin = repeated_vins.vin

),

marked_duplicates as (

    select
        *,
        case
            when
                stock_type = 'new' and rdr_status <> 'unwound' and verdict_state in ('reported', 'pending')
                then row_number() over (
                    partition by
                        program_code,
                        oem_code,
                        dealer_code,
                        vin,
                        case
                            when
                                stock_type = 'new'
                                and rdr_status <> 'unwound'
                                and verdict_state in ('reported', 'pending')
                                then 1
                            else 0
                        end
                    order by
                        case verdict_state when 'reported' then 1 else 2 end,
                        counting_date,
                        accepted_at,
                        sale_id
                ) > 1
            else false
        end as is_duplicate
    from repeated_sales

)

select
    program_code,
    rooftop_id,
    period_code,
    sale_id,
    is_duplicate,
    row_number() over (
        partition by program_code, rooftop_id, period_code, vin
        order by
            case
                when is_duplicate then 3
                when verdict_state = 'reported' then 1
                when verdict_state = 'pending' then 2
                else 3
            end,
            case when verdict_state = 'not_counted' then 1 else 0 end,
            counting_date desc,
            accepted_at desc nulls last,
            sale_id desc
    ) as period_rank
from marked_duplicates
