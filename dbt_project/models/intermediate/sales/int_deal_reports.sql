{{ config(materialized='view') }}
-- What the OEM knows of a delivered deal. Accepted: it is reported. Unwound: the sale was taken back, unless the
-- car was delivered again since (from the day of the unwind on, by a sale of its own). Else the latest open RDR.
with matches as (

    select
        *,
        case
            when rdr_status <> 'unwound' then 0
            when unwound_date > delivery_date then 1
            when unwound_date = delivery_date and sale_date = delivery_date then 1
            else 0
        end as unwind_count
    from {{ ref('int_sale_matches') }}

),

open_reports as (

    select
        deal_id,
        rdr_id,
        row_number() over (partition by deal_id order by status_at desc, rdr_id desc) as report_number
    from matches
    where rdr_status in ('submitted', 'rejected')

)

select
    matches.deal_id,
    max(case when matches.rdr_status = 'accepted' then 1 else 0 end) = 1 as is_accepted,
    max(matches.unwind_count) = 1 as is_unwound,
    max(open_reports.rdr_id) as open_rdr_id
from matches
left join open_reports
    on
        matches.deal_id = open_reports.deal_id
        and open_reports.report_number = 1
group by matches.deal_id
