{{ config(materialized='view') }}
-- The deal that an RDR tells of: the one delivered nearest to its sale date, the later of two as near. A car delivered
-- again after its unwind is another sale, which has an RDR of its own.
with ordered_matches as (

    select
        rdr_id,
        deal_id,
        deal_number,
        deal_status,
        delivery_date,
        msrp_amount,
        row_number() over (
            partition by rdr_id
            order by days_apart, delivery_date desc, deal_id desc
        ) as match_number
    from {{ ref('int_sale_matches') }}
    where rdr_status <> 'unwound' or delivery_date < unwound_date or delivery_date = sale_date

)

select
    rdr_id,
    deal_number,
    deal_status,
    delivery_date,
    msrp_amount
from ordered_matches
where match_number = 1
