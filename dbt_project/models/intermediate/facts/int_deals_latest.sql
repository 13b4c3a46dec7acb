-- The latest known version of every DMS deal. A restated deal replaces its earlier version: by the feed's own
-- stamp, then by when its file became known, then by content and row so that no tie is left.
with versions as (

    select
        *,
        row_number() over (
            partition by vendor_code, rooftop_id, store_number, deal_number
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_dms__deals') }}

)

select
    vendor_code || '/' || rooftop_id || '/' || store_number || '/' || deal_number as deal_id,
    vendor_code,
    rooftop_id,
    store_number,
    deal_number,
    vin,
    make,
    model,
    trim,
    model_year,
    powertrain,
    stock_type,
    sale_type,
    {{ unit_class_id() }} as unit_class_id,
    deal_status,
    delivery_date,
    msrp_amount,
    front_gross_amount,
    is_vin_valid,
    source_file,
    source_row
from versions
where version_number = 1
