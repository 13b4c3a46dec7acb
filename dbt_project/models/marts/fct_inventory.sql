-- Cars on the ground or on their way, with the segment they would count in if sold at retail.
select
    inventory.rooftop_id,
    inventory.vin,
    inventory.stock_number,
    inventory.make,
    inventory.model,
    inventory.trim,
    inventory.model_year,
    inventory.powertrain,
    inventory.stock_type,
    inventory.inventory_status,
    inventory.msrp_amount,
    inventory.expected_date,
    inventory.snapshot_date,
    inventory.unit_class_id,
    segments.segment_code
from {{ ref('int_inventory_latest') }} as inventory
left join {{ source('compiled', 'segments') }} as segments
    on inventory.unit_class_id = segments.unit_class_id
