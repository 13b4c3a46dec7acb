-- The latest known version of every wholesale invoice of a car, shipped by the as-of date; a cancellation to come isn't
-- known yet.
with versions as (

    select
        *,
        'wholesale' as sale_type,
        row_number() over (
            partition by oem_code, dealer_code, invoice_number, vin
            order by row_updated_at desc nulls last, known_at desc, content_hash desc, source_row desc
        ) as version_number
    from {{ ref('stg_portal__shipments') }}
    where shipped_date <= {{ as_of_date() }}

)

select
    oem_code || '/' || dealer_code || '/' || invoice_number || '/' || vin as shipment_id,
    oem_code,
    dealer_code,
    invoice_number,
    vin,
    make,
    model,
    trim,
    model_year,
    powertrain,
    stock_type,
    sale_type,
    {{ unit_class_id() }} as unit_class_id,
    is_vin_valid,
    msrp_amount,
    shipped_date,
    case when cancelled_date <= {{ as_of_date() }} then cancelled_date end as cancelled_date,
    source_file,
    source_row
from versions
where version_number = 1
