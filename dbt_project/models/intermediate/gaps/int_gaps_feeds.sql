{{ config(materialized='view') }}
-- Rooftops whose own feed is late or missing: what stands may be behind. Feeds of the whole group are in the feeds' own
-- table, as they belong to no rooftop.
select
    'feed_late' as gap_code,
    rooftop_id,
    cast(null as varchar) as program_code,
    cast(null as varchar) as period_code,
    vendor_code || '/' || source_kind as gap_key,
    'warning' as severity,
    vendor_code || ' ' || source_kind || ' is ' || feed_state as title,
    'A file is expected every ' || expected_every_days || ' days; what happened since is not in these figures.'
        as detail,
    cast(0 as decimal(14, 2)) as amount_at_risk,
    cast(null as date) as last_day_date,
    cast(null as varchar) as vin,
    cast(null as varchar) as item_code,
    coalesce('Last file is ' || age_hours || ' hours old.', 'No file has ever landed.') as evidence_text,
    last_source_file as source_file,
    cast(null as bigint) as source_row
from {{ ref('fct_feed_health') }}
where feed_state <> 'fresh' and rooftop_id is not null
