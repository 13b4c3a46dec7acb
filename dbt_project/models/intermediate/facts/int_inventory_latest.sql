-- What each store had on the ground or on its way, by its latest snapshot up to the as-of date.
with snapshots as (

    select
        *,
        rank() over (
            partition by rooftop_id
            order by snapshot_date desc, known_at desc, content_hash desc
        ) as snapshot_number
    from {{ ref('stg_dms__inventory') }}
    where snapshot_date <= {{ as_of_date() }}

),

latest_lines as (

    select
        *,
        row_number() over (partition by rooftop_id, vin order by source_row desc) as line_number
    from snapshots
    where snapshot_number = 1

)

select
    rooftop_id,
    store_number,
    stock_number,
    vin,
    make,
    model,
    trim,
    model_year,
    powertrain,
    stock_type,
    {{ unit_class_id("'retail'") }} as unit_class_id,
    inventory_status,
    msrp_amount,
    expected_date,
    snapshot_date,
    is_vin_valid,
    vendor_code,
    source_file,
    source_row
from latest_lines
where line_number = 1
