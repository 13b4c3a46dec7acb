-- The latest known version of every DMS deal. A restated deal replaces its earlier version: by the feed's own
-- stamp, then by when its file became known, then by content and row so that no tie is left. Only deals with several
-- versions are put in order.
with restated_deals as (

    select
        vendor_code,
        rooftop_id,
        store_number,
        deal_number
    from {{ ref('stg_dms__deals') }}
    group by vendor_code, rooftop_id, store_number, deal_number
    having count(*) > 1

),

marked_versions as (

    select
        versions.*,
        restated_deals.vendor_code is not null as is_restated
    from {{ ref('stg_dms__deals') }} as versions
    left join restated_deals
        on
            versions.vendor_code = restated_deals.vendor_code
            and versions.rooftop_id = restated_deals.rooftop_id
            and versions.store_number = restated_deals.store_number
            and versions.deal_number = restated_deals.deal_number

),

ordered_versions as (

    select
        *,
        row_number() over (
            partition by vendor_code, rooftop_id, store_number, deal_number
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from marked_versions
    where is_restated

),

latest_versions as (

    select
        *,
        1 as version_number
    from marked_versions
    where not is_restated
    union all
    select * from ordered_versions
    where version_number = 1

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
from latest_versions
